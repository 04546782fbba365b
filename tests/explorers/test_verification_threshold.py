import json
import math

import numpy as np
import pytest
import torch
from traitlets import TraitError

from lessons_lib.explorers import VerificationThreshold
from lessons_lib.explorers.verification_threshold.counts import edges_of, rates
from tests.explorers.modules import modules


def scored(kind, pairs=4_000, seed=0):
    """Scores of genuine and impostor pairs: cosines, minus a distance, a logit, or few values only."""
    chance = np.random.default_rng(seed)
    same = chance.random(pairs) < 0.4
    drawn = chance.normal(np.where(same, 1.0, 0.0), np.where(same, 0.5, 0.4))
    made = {"cosine": np.tanh(drawn), "distance": -np.exp(1.5 - drawn), "logit": 900 * drawn, "coarse": drawn.round(1)}
    return made[kind], same


KINDS = ("cosine", "distance", "logit", "coarse")


@pytest.fixture(scope="module")
def v8():
    """The figure's maths and words in V8: the value of an expression, NaN and infinity as None."""
    with modules("verification_threshold/view.js") as value:
        yield value


@pytest.fixture
def nets(v8):
    """Make networks known in V8 as `nets`."""

    def given(figure):
        v8(f"(nets = {json.dumps(figure.nets)}, null)")
        return figure.nets

    return given


def test_counts_at_every_edge_are_exact(v8, nets):
    for kind in KINDS:
        scores, same = scored(kind)
        (net,) = nets(VerificationThreshold(scores, same))
        assert 300 < net["bins"] <= 1_000
        edges = edges_of(net)
        assert v8("nets[0].genuine.map((_, k) => edgeAt(nets[0], k))") == edges[:-1].tolist()
        for kinds, those in (("genuine", scores[same]), ("impostors", scores[~same])):
            raw = [int((those >= edge).sum()) for edge in edges]
            assert v8(f"[...acceptedOf(nets[0]).{kinds}]") == raw
            assert (raw[0], raw[-1]) == (len(those), 0)  # the ends accept all, and none
        far, tar = rates(net)
        assert np.array(v8("rocOf(nets[0])"))[::-1] == pytest.approx(np.stack([far, tar], axis=1), abs=1e-12)


def test_rates_are_those_of_scikit_learn_up_to_the_binning(v8, nets):
    from sklearn import metrics  # here, as every worker reads this file and one runs it

    for kind in KINDS:
        scores, same = scored(kind, pairs=20_000)
        (net,) = nets(VerificationThreshold(scores, same))
        widest = max(max(net[kinds]) / sum(net[kinds]) for kinds in ("genuine", "impostors"))  # what one bin can hide
        assert kind == "coarse" or widest < 0.04
        far, tar, _ = metrics.roc_curve(same, scores, drop_intermediate=False)
        eer = float(far[np.argmin(np.abs(far + tar - 1))])
        tolerance = 2e-3 if kind != "coarse" else widest
        assert v8("equalErrorRate(nets[0])") == pytest.approx(eer, abs=tolerance)
        assert v8("areaUnder(nets[0])") == pytest.approx(metrics.roc_auc_score(same, scores), abs=1e-4)
        for limit in (0.01, 0.001):
            found = v8(f"ratesAt(nets[0], edgeAtFar(nets[0], {limit}))")
            best = tar[far <= limit].max()
            assert found["far"] <= limit and best - widest <= found["tar"] <= best
        for prior in (0.5, 0.01):
            right = prior * tar + (1 - prior) * (1 - far)
            found = v8(f"rightShare(ratesAt(nets[0], edgeOfBest(nets[0], {prior})), {prior})")
            assert right.max() - 2e-3 <= found <= right.max() + 1e-12


def test_the_first_threshold_is_that_of_the_equal_error_rate(v8, nets):
    for kind in KINDS:
        figure = VerificationThreshold(*scored(kind))
        (net,) = nets(figure)
        assert figure.threshold == v8("edgeAt(nets[0], edgeOfEqualErrors(nets[0]))")
        far, tar = rates(net)
        k = v8(f"nearestEdge(nets[0], {figure.threshold})")
        assert abs(far[k] + tar[k] - 1) == pytest.approx(np.abs(far + tar - 1).min())


def test_precision_is_that_of_bayes(v8, nets):
    nets(VerificationThreshold([0.9, 0.8, 0.2, 0.7, 0.1, 0.0, 0.3], [True, True, True, False, False, False, False]))
    now = "standingAt(nets, { net: 0, threshold: %s, prior: %s })"
    found = v8(now % (0.5, 0.01))
    assert (found["tar"], found["far"]) == pytest.approx((2 / 3, 1 / 4))
    assert found["precision"] == pytest.approx(0.01 * 2 / 3 / (0.01 * 2 / 3 + 0.99 / 4))
    assert found["right"] == pytest.approx(0.01 * 2 / 3 + 0.99 * 3 / 4)
    assert v8(now % (5, 0.5))["precision"] is None  # nothing is accepted


def two():
    return {"plain": scored("cosine"), "better": scored("cosine", seed=1), "far off": scored("logit", seed=2)}


def test_nets_alike_share_their_edges():
    plain, better = VerificationThreshold({k: v for k, v in two().items() if k != "far off"}).nets
    assert (edges_of(plain) == edges_of(better)).all()
    plain, _, other = VerificationThreshold(two()).nets  # a cosine beside a logit: each its own
    assert edges_of(plain)[-1] < 2 < 900 < edges_of(other)[-1]


def test_another_net_is_shown_at_the_same_far(v8, nets):
    figure = VerificationThreshold(two(), threshold=0.7)
    nets(figure)
    k = v8("nearestEdge(nets[0], 0.7)")
    wanted = rates(figure.nets[0])[0][k]
    figure.net = 2
    far, _ = rates(figure.nets[2])
    k = v8(f"nearestEdge(nets[2], {figure.threshold})")
    assert far[k] <= wanted < far[k - 1]
    assert k == v8(f"edgeAtFar(nets[2], {wanted})")
    figure.use({"threshold": 0.4, "net": 1})  # both given: both taken
    assert (figure.net, figure.threshold) == (1, pytest.approx(0.4))
    figure.set_state({"threshold": 500.0, "net": 2})  # as a view sends them
    assert (figure.net, figure.threshold) == (2, 500)


def test_every_jump_leads_to_an_edge_even_when_scores_do_not_overlap(v8, nets):
    for scores in ([0.9, 0.8, 0.1, 0.2], [0.1, 0.2, 0.9, 0.8], [0.5] * 4, [1e-8, 2e-8, -1e-8, 0], [1e9, 2e9, 3.0, 4]):
        (net,) = nets(figure := VerificationThreshold(scores, [True, True, False, False]))
        assert 1 <= net["bins"] <= 1_000
        for edge in v8("Object.values(JUMPS).map(jump => jump(nets[0], 0.5))"):
            assert 0 <= edge <= net["bins"]
        assert v8("equalErrorRate(nets[0]) + areaUnder(nets[0])") is not None
    assert figure.picture().png(dpi=30).startswith(b"\x89PNG")
    apart = nets(VerificationThreshold([0.9, 0.8, 0.1, 0.2], [True, True, False, False]))[0]
    assert v8("[equalErrorRate(nets[0]), areaUnder(nets[0])]") == [0, 1]
    assert edges_of(apart)[v8("edgeOfBest(nets[0], 0.5)")] == pytest.approx(0.5, abs=0.01)  # in the middle between


def test_a_point_of_the_roc_leads_back_to_its_threshold(v8, nets):
    (net,) = nets(VerificationThreshold(*scored("cosine")))
    for axis in ("linear", "log"):
        frame = f"rocFrame(320, nets, '{axis}')"
        for k in range(0, net["bins"] + 1, 50):
            found = v8(f"(line => nearestOnRoc(line, line[{net['bins'] - k}], {k}))(rocLine({frame}, nets[0]))")
            assert found == k
        line = np.array(v8(f"rocLine({frame}, nets[0])"))
        assert (np.diff(line[:, 0]) >= 0).all() and (np.diff(line[:, 1]) <= 0).all()
        assert line[0] == pytest.approx([44, 288]) and line[-1] == pytest.approx([306, 26])
        assert (np.diff(np.array(v8(f"thinned(rocLine({frame}, nets[0]))")), axis=0)).any(axis=1).all()
        for far, tar in v8(f"equalErrorsLine({frame}).filter((_, i) => i % 10 === 0)"):
            assert 44 <= far <= 306 and 26 <= tar <= 288
    start = v8("edgeOfEqualErrors(nets[0])")
    up, down = v8(f"[nextOnRoc(nets[0], {start}, 1), nextOnRoc(nets[0], {start}, -1)]")
    assert down < start < up
    assert v8(f"[nextOnRoc(nets[0], 0, -1), nextOnRoc(nets[0], {net['bins']}, 1)]") == [0, net["bins"]]


def test_ticks_are_round_and_on_the_axis(v8, nets):
    for kind in KINDS:
        nets(VerificationThreshold(*scored(kind)))
        for width in (396, 1000):
            ticks = v8(f"scoreTicks(scoreFrame({width}, nets[0]))")
            assert 2 <= len(ticks) <= width / 60
            for score, words in ticks:
                assert float(words.replace("−", "-")) == pytest.approx(score, abs=1e-9)


def test_shares_are_never_rounded_to_all_or_none(v8):
    for share, words in [
        (0, "0 %"), (1, "100 %"), (0.5, "50.0 %"), (0.97215, "97.2 %"), (0.0034, "0.34 %"), (0.9966, "99.66 %"),
        (0.00012, "0.012 %"), (0.999988, "99.999 %"), (2e-6, "0.0002 %"), (1e-8, "< 0.0001 %"),
        (1 - 1e-8, "> 99.9999 %"),
    ]:  # fmt: skip
        assert v8(f"shareText({share})") == words


def said(v8, **given):
    now = f"standingAt(nets, {json.dumps({'net': 0, 'threshold': 0.4, 'prior': 0.5} | given.get('now', {}))})"
    before = json.dumps(given.get("before", {}))
    text = v8(f"`${{thresholdSentence(nets, {now}, {before})}} ${{curveSentence({now})}}`")
    for wrong in ("NaN", "undefined", "null", "Infinity"):
        assert wrong not in text
    return text.replace("<b>", "").replace("</b>", "").replace('<span class="tight">', "").replace("</span>", "")


def test_the_sentences_hold_the_numbers(v8, nets):
    scores = [0.9, 0.8, 0.2, 0.7, 0.1, 0.0, 0.3, math.nan]
    pair = (scores, [True, True, True, False, False, False, False, True])
    nets(VerificationThreshold({"a": pair, "<b>": ([1.0, 0.5, 0.1], [True, True, False])}))
    text = said(v8)
    assert text.startswith(
        "From 0.400 on counts as the same: 66.7 % of the genuine pairs are accepted and 25.0 % of the impostors. "
        "Of 1,000 pairs, of which half are genuine, 292 are judged wrongly."
    )
    for words in (
        "72.7 % of the accepted pairs are", "equal error rate 33.3 %", "0.8333, so often",
        "4 impostors cannot show a FAR below 25.0 %", "1 pair has no finite score and is left out.",
    ):  # fmt: skip
        assert words in text
    text = said(v8, before={"net": 0, "threshold": 0.75, "prior": 0.5})
    assert "Threshold 0.750 → 0.400: TAR still 66.7 %, FAR 0 % → 25.0 %: 1 false accept more." in text
    text = said(v8, before={"net": 0, "threshold": 0.05, "prior": 0.5})
    assert "FAR 75.0 % → 25.0 %: 2 false accepts fewer, 1 false reject more." in text
    text = said(v8, before={"net": 0, "threshold": 0.45, "prior": 0.5})
    assert "no pair is judged otherwise" in text
    text = said(v8, before={"net": 1, "threshold": 0.4, "prior": 0.5})
    assert "&lt;b&gt; → a: FAR 0 % → 25.0 %, the TAR goes from 100 % to 66.7 %" in text
    text = said(v8, now={"threshold": 0.75}, before={"net": 1, "threshold": 0.4, "prior": 0.5})
    assert "at the same FAR of 0 % the TAR goes from 100 % to 66.7 %, with the threshold at 0.750" in text
    text = said(v8, now={"prior": 0.001}, before={"net": 0, "threshold": 0.4, "prior": 0.5})
    assert "Half are genuine → 1 in 1,000 is genuine. TAR and FAR stay" in text
    assert "of 1,000 pairs 292 → 250 are judged wrongly" in text
    assert "Nothing is accepted." in said(v8, now={"threshold": 9})


def test_every_sentence_can_be_said(v8, nets):
    figure = VerificationThreshold(two())
    nets(figure)
    for net in range(3):
        edges = edges_of(figure.nets[net])
        for threshold in (edges[0], edges[len(edges) // 2], edges[-1]):
            for prior in (1e-5, 0.8):
                now = {"net": net, "threshold": threshold, "prior": prior}
                for before in ({}, now, now | {"prior": 0.5}, {"net": 1 - net % 2, "threshold": 0.1, "prior": 0.5}):
                    assert said(v8, now=now, before=before).endswith(".")


def test_traits_are_checked():
    figure = VerificationThreshold(two(), threshold=0.41234, axis="log", prior=0.01)
    assert (figure.threshold, figure.axis, figure.prior) == (pytest.approx(0.412, abs=2e-3), "log", 0.01)
    for name, wrong, words in [
        ("net", 3, r"net counts the networks from 0 to 2, got 3\."), ("net", -1, "net counts"),
        ("threshold", math.nan, "threshold must lie in"),
        ("prior", 0.0, "prior is the share of genuine pairs among those asked and must lie between 0 and 1, got 0.0"),
        ("prior", 1000.0, "prior is"), ("prior", math.nan, "prior is"), ("axis", "square", "axis"),
    ]:  # fmt: skip
        with pytest.raises(TraitError, match=words):
            setattr(figure, name, wrong)
    for beyond, edge in ((math.inf, -1), (-math.inf, 0), (1e300, -1)):  # accepts none, or all
        figure.threshold = beyond
        assert figure.threshold == edges_of(figure.nets[0])[edge]
    with pytest.raises(ValueError, match="has no setting 'scale'"):
        VerificationThreshold(two(), scale=2)


@pytest.mark.parametrize(("given", "words"), [
    (([], []), "at least one genuine pair, got none"),
    (([0.5, 0.1], [True, True]), "at least one impostor pair, got none"),
    (([math.nan, 0.1], [True, False]), "at least one genuine pair, got none that is a number"),
    (([0.5, 0.1], [1, 0]), "same of 'this network' must be bool"),
    (([0.5, 0.1], [True]), r"must be of one shape \(N,\), got \(2,\) and \(1,\)"),
    (([[0.5, 0.1]], [[True, False]]), r"must be of one shape \(N,\)"),
    ((["a", "b"], [True, False]), "must be numbers, one for each pair"),
    (([0.5, 0.1], None), "same must say for each score"),
    (({"a": ([0.5, 0.1], [True, False])}, [True, False]), "same belongs into the mapping"),
    (({"a": [0.5, 0.1, 0.3]}, None), "scores of 'a' must be two arrays"),
    (({}, None), "at least one network"),
])  # fmt: skip
def test_scores_that_cannot_be_shown_are_refused_in_a_sentence(given, words):
    with pytest.raises(ValueError, match=words):
        VerificationThreshold(*given)


def test_what_is_no_number_is_left_out_and_counted():
    scores = torch.tensor([0.5, math.nan, 0.1, math.inf, 0.3], requires_grad=True)
    (net,) = VerificationThreshold(scores, torch.tensor([True, True, False, False, True])).nets
    assert (net["left_out"], sum(net["genuine"]), sum(net["impostors"])) == (2, 2, 1)


def test_settings_go_out_and_come_back():
    sent, other = VerificationThreshold(two(), net=2, threshold=300.0, axis="log"), VerificationThreshold(two())
    assert sent.prior == pytest.approx(0.4, abs=0.02)  # that of the scores
    other.use(json.dumps(sent.settings))
    assert other.settings == sent.settings
    for wrong in ('{"prior": "much"}', '{"threshold": NaN}', '{"prior": 0}', '{"threshold": 0.1, "net": 9}', "[1]"):
        with pytest.raises(ValueError):
            other.use(wrong)
        assert other.settings == sent.settings


def test_it_has_a_still_picture_and_a_small_page():
    names = {f"network {k}": scored("cosine", 20_000, seed=k) for k in range(4)}
    figure = VerificationThreshold(names, score="cosine")
    assert len(figure.html().encode()) < 70_000
    genuine, impostors = (sum(figure.nets[0][kind]) for kind in ("genuine", "impostors"))
    for words in (f"{genuine:,} genuine pairs", f"{impostors:,} impostor pairs", "(network 0)", "% of the impostors."):
        assert words in figure.alt
    scores, curve = figure.picture().axes
    assert scores.get_xlabel() == "cosine" and len(curve.get_lines()) == 6
    figure = VerificationThreshold(names, axis="log", threshold=-0.4)
    assert figure.picture().png(dpi=40).startswith(b"\x89PNG") and "From −0.4" in figure.alt
