import subprocess
import sys


def test_torchvision_imports_beside_any_torch_and_twice():
    command = (
        "from lessons_lib.data.vision import import_torchvision as load; a = load(); b = load(); "
        "assert a is b; from torchvision import transforms; transforms.ToTensor(); print(a.__version__)"
    )
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
