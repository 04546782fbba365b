"""The sphere that one turns: what it holds, that it stays small, and that its still shows the same view."""

import base64
import io
import json
import math
from importlib import import_module

import numpy as np
import plotly.graph_objects as go
import pytest
import torch
from PIL import Image

from lessons_lib import figures
from lessons_lib.angles import safe_angle, spread_points
from lessons_lib.figures.camera import first_view, hidden, project
from lessons_lib.losses import ArcFaceLoss, SoftmaxLoss

MODULE = import_module("lessons_lib.figures.sphere")  # figures.sphere is the function in it


def clusters(count: int = 4_000, classes: int = 10):
    """Features around well spread class weights, sorted by class, and the head that has these weights."""
    torch.manual_seed(0)
    head, labels = ArcFaceLoss(classes, 3), torch.arange(count) * classes // count
    with torch.no_grad():
        head.weight.copy_(0.7 * spread_points(classes, 3))
    return 3 * spread_points(classes, 3)[labels] + 0.3 * torch.randn(count, 3), labels, head


@pytest.fixture(scope="module", autouse=True)
def each_view_is_sought_once():
    """To find from where the same class weights are seen best takes longer than all the rest of a figure."""
    views: dict[bytes, torch.Tensor] = {}

    def found(weights):
        key = weights.numpy().tobytes()
        if key not in views:
            views[key] = first_view(weights)
        return views[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODULE, "first_view", found)
        yield


def unpacked(packed: dict[str, str]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["bdata"]), dtype=f"<{packed['dtype']}")


def clouds(bundle: dict) -> dict[int, dict]:
    """The traces of points, by the class their hover text names."""
    traces = bundle["application/vnd.plotly.v1+json"]["data"]
    return {int(trace["hovertemplate"][6:].split("<")[0]): trace for trace in traces if trace.get("mode") == "markers"}


def test_a_sphere_is_small_the_same_every_time_and_asks_nobody(monkeypatch):
    monkeypatch.setattr(MODULE, "first_view", first_view)  # sought both times
    first, metadata = figures.sphere(*clusters())._repr_mimebundle_()
    again, _ = figures.sphere(*clusters())._repr_mimebundle_()
    text = json.dumps(first)
    assert text == json.dumps(again)
    assert len(text) < 110_000 and "http" not in text
    assert first["text/plain"] == metadata["image/png"]["alt"] and "2,000 features" in first["text/plain"]
    figure = first["application/vnd.plotly.v1+json"]
    assert figure["config"]["showSendToCloud"] is False and figure["config"]["displaylogo"] is False
    go.Figure(data=figure["data"], layout=figure["layout"])  # plotly raises for a name it does not know


def test_every_class_keeps_its_share_and_its_points_lie_on_the_sphere():
    x, y, head = clusters()
    drawn = clouds(figures.sphere(x, y, head, points=200)._repr_mimebundle_()[0])
    assert sorted(drawn) == list(range(10))
    for trace in drawn.values():
        places = np.stack([unpacked(trace[name]) for name in "xyz"]) / 10_000
        assert 15 <= places.shape[1] <= 25
        assert np.abs(np.linalg.norm(places, axis=0) - 1).max() < 1e-4


def test_a_point_says_its_class_and_its_angle_to_that_weight():
    x, y, head = clusters(50)
    drawn = clouds(figures.sphere(x, y, head)._repr_mimebundle_()[0])
    theta = safe_angle(head.cosines(x).gather(1, y[:, None])[:, 0]).rad2deg().detach()
    for k, trace in drawn.items():
        np.testing.assert_allclose(unpacked(trace["customdata"]), theta[y == k].numpy(), atol=1e-3)


def test_a_stroke_leads_from_each_weight_to_the_median_direction_of_all_its_features():
    x, y, head = clusters(600)
    with torch.no_grad():
        head.weight.add_(0.1 * torch.randn(10, 3))
    bundle, _ = figures.sphere(x, y, head, points=40)._repr_mimebundle_()
    traces = bundle["application/vnd.plotly.v1+json"]["data"]
    (strokes,) = (trace for trace in traces if trace.get("line", {}).get("color") == "#0b0d10")
    ends = np.stack([unpacked(strokes[name]) for name in "xyz"], axis=1).reshape(10, 3, 3) / 10_000
    ends, gaps = ends[:, :2] / np.linalg.norm(ends[:, :2], axis=2, keepdims=True), ends[:, 2]
    directions = (x / x.norm(dim=1, keepdim=True)).numpy()
    for k, (foot, middle) in enumerate(ends):
        weight = head.weight[k].detach().numpy()
        np.testing.assert_allclose(foot, weight / np.linalg.norm(weight), atol=1e-5)
        median = np.sort(directions[y == k], axis=0)[29]  # of sixty the lower of the middle two, as in torch
        np.testing.assert_allclose(middle, median / np.linalg.norm(median), atol=1e-5)
    assert np.isnan(gaps).all()


def test_the_still_is_transparent_and_as_large_as_the_live_figure():
    bundle, metadata = figures.sphere(*clusters(), title="ArcFace")._repr_mimebundle_()
    still = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))).convert("RGBA")
    layout = bundle["application/vnd.plotly.v1+json"]["layout"]
    assert still.size == (layout["width"], layout["height"]) == (620, 620)
    assert metadata["image/png"]["width"] == 620
    assert still.getpixel((5, 300))[3] == 0 and still.getpixel((310, 310))[3] > 250


def test_the_still_sees_what_the_camera_sees():
    eye = torch.tensor([3.4, 0.0, 0.0])
    places = torch.tensor([[1.0, 0, 0], [-1, 0, 0], [0, 1.2, 0], [0, 0, 1], [-1.2, 0.1, 0]])
    assert hidden(places, eye).tolist() == [False, True, False, True, True]
    seen = project(places, eye)
    torch.testing.assert_close(seen[:2], torch.zeros(2, 2))
    torch.testing.assert_close(seen[2], torch.tensor([1.2 / 3.4 / math.tan(math.pi / 8), 0]))
    assert seen[3, 0] == 0 and seen[3, 1] > 0  # z points up


def test_the_first_view_shows_several_classes_with_room_between_their_labels():
    weights = spread_points(10, 3)
    eye, tips = first_view(weights), 1.2 * weights
    seen = project(tips, eye)[~hidden(tips, eye)]
    assert len(seen) >= 4 and torch.pdist(seen).min() > 0.2


def test_spheres_that_are_to_be_compared_first_show_the_same_side():
    def side(head, like=None):
        bundle, _ = figures.sphere(x, y, head, like=like)._repr_mimebundle_()
        return bundle["application/vnd.plotly.v1+json"]["layout"]["scene"]["camera"]["eye"]

    x, y, head = clusters(40)
    other = SoftmaxLoss(10, 3)
    assert side(head, like=other) == side(other) != side(head)


def test_features_without_a_direction_are_left_out_and_the_alt_text_says_so():
    x, y, head = clusters(40)
    x[0], x[1, 2], x[2, 0] = 0, math.nan, math.inf
    figure = figures.sphere(x, y, head)
    assert "37 features as points" in figure.alt and "3 features without a direction" in figure.alt
    assert "without a direction" not in figures.sphere(*clusters(40)).alt
    nothing = figures.sphere(0 * x[3:], y[3:], head)
    assert "0 features as points" in nothing.alt and not clouds(nothing._repr_mimebundle_()[0])


def test_more_classes_than_colours_and_a_head_with_a_bias():
    x, y, _ = clusters(60, classes=12)
    bundle, _ = figures.sphere(x, y, SoftmaxLoss(12, 3))._repr_mimebundle_()
    (names,) = (trace for trace in bundle["application/vnd.plotly.v1+json"]["data"] if "text" in trace)
    assert names["text"][-1] == "<b>11</b>"


@pytest.mark.parametrize(
    ("features", "labels", "head", "words"),
    [
        (torch.randn(5, 2), torch.zeros(5).long(), ArcFaceLoss(3, 3), r"shape \(N, 3\), got \(5, 2\)"),
        (torch.randn(3), torch.zeros(3).long(), ArcFaceLoss(3, 3), r"shape \(N, 3\), got \(3,\)"),
        (
            torch.randn(5, 3),
            torch.zeros(4).long(),
            ArcFaceLoss(3, 3),
            r"labels must have shape \(5,\), one a feature, got \(4,\)",
        ),
        (torch.randn(5, 3), torch.full((5,), 3), ArcFaceLoss(3, 3), r"labels must lie in 0\.\.2, got 3\.\.3"),
        (torch.randn(5, 3), torch.zeros(5).long(), ArcFaceLoss(3, 2), "class weights of 3 numbers, got 2"),
    ],
)
def test_what_is_no_3d_embedding_is_one_sentence(features, labels, head, words):
    with pytest.raises(ValueError, match=words + r"\.$"):
        figures.sphere(features, labels, head)
