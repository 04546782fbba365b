import sys

from lessons_lib.data.vision import import_torchvision


def load_twice():
    """In a process of its own, which has imported torch and not torchvision."""
    assert "torchvision" not in sys.modules
    torchvision = import_torchvision()
    assert import_torchvision() is torchvision and torchvision.__version__
    from torchvision import transforms

    transforms.ToTensor()


def test_torchvision_imports_beside_any_torch_and_twice(processes):
    process = processes.Process(target=load_twice)
    process.start()
    process.join()
    assert process.exitcode == 0
