"""The list of public names that the site shows: whole, and as the code has it."""

import inspect
import re
from importlib import import_module

import api
import pytest
from library import about
from terms import Links

LISTED = {module.name: {entry.name: entry for entry in module.entries} for module in api.listed()}
ENTRIES = [pytest.param(entry, id=f"{module}.{name}") for module in LISTED for name, entry in LISTED[module].items()]


def test_every_name_that_a_package_lists_is_there():
    for name, entries in LISTED.items():
        names = api.MODULES[name] or import_module(name).__all__
        assert set(entries) == set(names)


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_says_what_it_is(entry):
    assert entry.about.strip()
    assert all(member.about.strip() for member in entry.members)
    assert "lessons_lib." not in entry.signature and "<" not in entry.signature


def test_a_loss_has_its_signature_formula_and_paper():
    loss = LISTED["lessons_lib.losses"]["CosFaceLoss"]
    assert (
        loss.signature == "(num_classes: int, embedding_size: int, margin: float | Tensor = 0.35, scale: float = 64.0)"
    )
    assert loss.about.startswith("f(θ) = cos θ − m") and r"\cos\theta_y-m" in loss.formula and "CVPR 2018" in loss.paper
    assert [member.name for member in loss.members] == ["target_logit"]


@pytest.mark.parametrize("module", ["lessons_lib.losses", "lessons_lib.training", "lessons_lib.evaluation"])
def test_a_signature_names_the_parameters_that_python_knows(module):
    for name, entry in LISTED[module].items():
        if entry.kind == "function":
            names = list(inspect.signature(getattr(import_module(module), name)).parameters)
            assert all(f"{known}:" in entry.signature for known in names), name


def test_an_explorer_that_takes_settings_alone_lists_them():
    signature = LISTED["lessons_lib.explorers"]["LogitCurves"].signature
    assert signature.startswith("(loss='sphereface', margins=…, annealing=0.0")


def test_what_a_base_class_has_told_is_not_told_again():
    members = {name: {member.name for member in entry.members} for name, entry in LISTED["lessons_lib.losses"].items()}
    assert {"logits", "forward"} <= members["Head"]
    assert "logits" not in members["SoftmaxLoss"]
    assert "extra_repr" not in members["CenterLoss"]


def test_an_index_is_set_below_the_line():
    html = about(
        "The mean of e^{s·cos θ_j} over W_ck with Σ_{j≠y}, x1_k, max_k and θ_med; (−1)^k and e^(a + b).", Links()
    )
    assert "e<sup>s·cos θ<sub>j</sub></sup> over W<sub>ck</sub> with Σ<sub>j≠y</sub>, x1<sub>k</sub>" in html
    assert "max<sub>k</sub> and θ<sub>med</sub>; (−1)<sup>k</sup> and e<sup>a + b</sup>" in html
    assert "code" not in html


def test_a_name_of_python_and_a_value_are_code_also_where_they_are_not_marked():
    html = about(
        '`P_y`, per_script and one_pair_a_class; a max_scale, cut to length_from..length_to, "as_is".', Links()
    )
    code = "P_y", "per_script", "one_pair_a_class", "max_scale", "length_from..length_to", '"as_is"'
    assert re.findall("<code>(.*?)</code>", html) == list(code)
    assert "<sub>" not in html


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_formula_or_name_is_left_as_it_is_typed(entry):
    for one in (entry, *entry.members):
        html = about(one.about, Links())
        words = re.sub(r"<(code|pre)>.*?</\1>|<[^>]+>", "", html, flags=re.DOTALL)
        assert not re.search(r"\w_|[_^]\{|\^", words), words
        assert not re.search(r"\w\w<sub>\w\w", html.replace("θ<sub>", "")), html
