import itertools
import json
import math
import re

import numpy as np
import pytest
import torch
from traitlets import TraitError

from lessons_lib.angles import tammes_angle, thomson_optimum, uniform_optimum
from lessons_lib.explorers import ChargeSphere
from lessons_lib.explorers.charge_sphere.places import emptiest, onto, scattered, seen
from tests.explorers.modules import modules
from tests.explorers.pens import PEN

LAWS, SIZES, COUNTS = ("uniform", "coulomb", "steep"), (2, 3), range(2, 13)
OPTIMA = {"uniform": uniform_optimum, "coulomb": thomson_optimum}
TENTH = math.radians(0.1)
ENERGIES = {
    "uniform": lambda d, p: (1 / (d + 1)).mean(),
    "coulomb": lambda d, p: (1 / d).sum(),
    "steep": lambda d, p: torch.logsumexp(-p * d.log(), 0) / p,
}

STAND_INS = (
    PEN
    + """
var performance = { now: () => Date.now() };
const look = { ink: 'rgb(0,0,0)', paper: '#fff', accent: 'rgb(255,0,255)', soft: '#666', onClass: () => '#fff',
  classes: Array(10).fill('#00f') };
const optima = OPTIMA;
function told(points, law, options = {}) {
  const { held = null, start = 'random', trained = [], running = false, moving = false, side = 500 } = options;
  const x = flat(points), size = points[0].length, from = trained.find(({ name }) => name === start)?.points;
  const now = { x, size, n: points.length, law, start, trained, running, moving, steps: 0, held, optima, look,
    turn: [0.5, 0.3], ghosts: from && from[0].length === size ? flat(from) : null };
  const found = standing(now);
  const scene = { ...now, near: found, focus: true, found, trace: [[0, found.excess]], before: [] };
  (size === 2 ? paintCircle : paintSphere)(pen(), side, scene); paintGauge(pen(), 300, scene);
  return { found, text: chargeSentence(now, found), aside: chargeAside(now), gauge: excessText(found.excess) };
}
function surfaced(points, was) {
  const rest = { law: 'uniform', start: 'random', trained: [], running: false, moving: false, steps: 0, held: null };
  const [now, before] = [points, was].map(given =>
    ({ ...rest, x: flat(given), size: given[0].length, n: given.length, optima, ghosts: null }));
  return chargeSentence(now, standing(now), 'surface', { ...before, tammes: standing(before).tammes });
}
function relaxed(points, law, held = null) {
  const size = points[0].length, state = relaxation(nudged(flat(points), size), law, held), steps = settle(state);
  const found = standing({ x: state.x, size, law, optima });
  return { points: placesOf(state.x, size), steps, settled: state.settled, found };
}
"""
)
BROKEN = ("NaN", "Infinity", "undefined", "null")


@pytest.fixture(scope="module")
def v8():
    """The figure's maths, words and painting in V8: value of an expression."""
    with modules(
        "charge_sphere/view.js", setup=STAND_INS.replace("OPTIMA", json.dumps(ChargeSphere().optima))
    ) as value:
        yield value


def distances(points):
    rows, columns = torch.triu_indices(len(points), len(points), 1)
    return (points[rows] - points[columns]).norm(dim=1)


def ring(count):
    """Evenly spaced on the sphere's equator: all balances, and yet it is not the best."""
    turn = np.arange(count) * 2 * np.pi / count
    return np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1).tolist()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("law", LAWS)
def test_energy_and_pull_are_those_of_autograd(v8, law, size):
    for count, power in itertools.product((2, 3, 10, 24), (16, 4096)):
        given = scattered(count, size, seed=count)
        x = torch.tensor(given, dtype=torch.float64)
        x = (x / x.norm(dim=1, keepdim=True)).requires_grad_()
        energy = ENERGIES[law](distances(x), power)
        energy.backward()
        pull = x.grad - (x.grad * x).sum(1, keepdim=True) * x.detach()
        there = v8(
            f"(x => {{ const pull = new Float64Array(x.length); return {{ energy: field(x, '{law}', {power}, pull), "
            f"pull: Array.from(pull) }}; }})(flat({given}))"
        )
        assert there["energy"] == pytest.approx(energy.item(), rel=1e-12)
        pulls = np.reshape(there["pull"], (count, 3))
        np.testing.assert_allclose(pulls[:, :size], pull.detach().numpy(), rtol=1e-9, atol=1e-12)
        assert size == 3 or not pulls[:, 2].any()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("law", ["uniform", "coulomb"])
@pytest.mark.parametrize("count", COUNTS)
def test_nine_of_ten_random_starts_find_the_optimum(v8, count, law, size):
    best, hits = OPTIMA[law](count, size), 0
    for seed in range(10):
        end = v8(f"relaxed({scattered(count, size, seed)}, '{law}')")
        assert end["settled"]
        near = abs(end["found"]["angle"] - best.angle) < TENTH
        assert end["found"]["energies"][law] > best.energy * (1 - 1e-8)
        hit = near and end["found"]["energies"][law] == pytest.approx(best.energy, rel=1e-7)
        assert end["found"]["local"] != hit  # and it says so
        hits += hit
    assert hits >= 9


@pytest.mark.parametrize("count, name", [(2, "Two"), (3, "Three")])
def test_two_or_three_charges_gain_nothing_from_a_third_dimension(v8, count, name):
    circle, sphere = (scattered(count, size) for size in (2, 3))
    assert f"{name} charges gain nothing from a third dimension: " in v8(f"surfaced({sphere}, {circle})")
    assert f"; on the sphere {name.lower()} charges have no more room." in v8(f"surfaced({circle}, {sphere})")


def test_four_charges_gain_room_from_a_third_dimension(v8):
    circle, sphere = (scattered(4, size) for size in (2, 3))
    assert "A third dimension gives room: 109.5° instead of 90.0°." in v8(f"surfaced({sphere}, {circle})")
    assert "; on the sphere there is room for 109.5°." in v8(f"surfaced({circle}, {sphere})")


@pytest.mark.parametrize("size", SIZES)
def test_the_steep_law_comes_near_tammes(v8, size):
    for count in COUNTS:
        ends = [v8(f"relaxed({scattered(count, size, seed)}, 'steep')") for seed in range(5)]
        assert all(end["settled"] and end["found"]["balanced"] for end in ends)
        short = [tammes_angle(count, size) - end["found"]["angle"] for end in ends]
        assert min(short) > -1e-6
        assert np.median(short) < TENTH


def test_even_a_steep_law_misses_tammes_and_says_so(v8):
    end = v8(f"relaxed({scattered(13, 3)}, 'steep')")
    shown = v8(f"told({end['points']}, 'steep', {{ running: true }})")
    assert shown["found"]["local"]
    assert "local optimum" in shown["text"]
    assert "57.1° is possible" in shown["text"]


def test_balance_off_the_optimum_is_called_local_and_left_by_letting_go(v8):
    shown = v8(f"told({ring(10)}, 'uniform')")
    assert shown["found"]["balanced"]
    assert "energy <b>0.43798</b>, where <b>0.41552</b> is possible" in shown["text"]
    end = v8(f"relaxed({ring(10)}, 'uniform')")
    assert not end["found"]["local"]
    best = v8(f"told({end['points']}, 'uniform')")  # with places of six digits, as they are kept
    assert "at rest in the best arrangement known for UniformFace’s law, energy <b>0.415524</b>" in best["text"]
    assert "65.2°" in best["text"] and "66.1°" in best["text"]
    assert best["gauge"] == "none"


@pytest.mark.parametrize("law", LAWS)
def test_a_held_charge_stays_and_the_others_settle_around_it(v8, law):
    start = scattered(8, 3, seed=4)
    held = v8(
        f"(() => {{ const x = flat({start}), state = relaxation(x.slice(), '{law}', 3); settle(state); "
        f"return [Array.from(x), Array.from(state.x), balances(state.x, '{law}', 3), state.settled]; }})()"
    )
    before, after = (np.reshape(places, (8, 3)) for places in held[:2])
    assert held[2:] == [True, True]
    assert (after[3] == before[3]).all()
    assert np.abs(after - before).max() > 0.1


def test_a_film_of_small_steps_ends_where_one_go_ends(v8):
    start = scattered(12, 3, seed=1)
    frames, farthest, angle = v8(
        f"""(() => {{ let state = relaxation(flat({start}), 'coulomb'), frames = 0, most = 0;
          for (; !state.settled && frames < 2000; frames++) {{
            const x = state.x;
            glide(state, 1 / 60); most = Math.max(most, ...travelled(state.x, x));
          }}
          return [frames, most, angleOf(nearest(state.x))]; }})()"""
    )
    assert 30 < frames < 400  # seconds to look at, not minutes
    assert math.degrees(farthest) < 2
    assert angle == pytest.approx(thomson_optimum(12, 3).angle, abs=TENTH)


@pytest.mark.parametrize(("count", "edges"), [(2, 1), (3, 3), (4, 6), (6, 12), (8, 16), (12, 30)])
def test_edges_are_those_of_the_polyhedron(v8, count, edges):
    end = v8(f"relaxed({scattered(count, 3, seed=3)}, 'coulomb')")
    assert v8(f"hullEdges(flat({end['points']})).length") == edges  # no diagonals across the antiprism's squares


@pytest.mark.parametrize("size", SIZES)
def test_places_are_pythons_places(v8, size):
    for count in (2, 5, 10, 23):
        points = scattered(count, size, seed=count)
        np.testing.assert_allclose(v8(f"emptiest(flat({points}), {size})")[:size], emptiest(points), atol=1e-6)
        other = 5 - size
        carried = v8(f"placesOf(onto(flat({points}), {other}), {other})")
        np.testing.assert_allclose(carried, [onto(point, other) for point in points], atol=2e-6)
        there = v8(f"{points}.map(p => eye([0.7, -0.4], {size}).see(p))")
        np.testing.assert_allclose(there, seen(points, [0.7, -0.4]), atol=1e-12)
        back = v8(f"{there}.map(p => eye([0.7, -0.4], {size}).unsee(p))")
        np.testing.assert_allclose(np.array(back)[:, :size], points, atol=1e-12)
    figure = ChargeSphere(charges=5, surface="circle" if size == 2 else "sphere")
    start = figure.points
    figure.charges = 7
    grown = v8(f"placesOf(resized(flat({start}), 7, {size}), {size})")
    np.testing.assert_allclose(grown, figure.points, atol=2e-6)


AWKWARD = {
    "all in one place": [[0, 0, 1]] * 6,
    "two poles": [[0, 0, 1], [0, 0, -1]],
    "three times two": [[1, 0, 0], [1, 0, 0], [-1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, 1, 0]],
    "equator": ring(7),
    "one place on the circle": [[1, 0]] * 24,
    "opposite on the circle": [[1, 0], [-1, 0]],
    "crowded": [[1, 1e-5 * k, 0] for k in range(12)],
    "many": scattered(24, 3),
    "many on the circle": scattered(24, 2),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_places_part_and_are_painted_and_told_in_numbers(v8, name):
    """A coordinate that is no number would raise in V8."""
    points = AWKWARD[name]
    trained = json.dumps([{"name": "was", "points": points}])
    for law in LAWS:
        end = v8(f"relaxed({points}, '{law}')")
        assert end["settled"]
        assert end["found"]["angle"] > 0.5 * tammes_angle(len(points), len(points[0]))
        for places, held, moving, side in itertools.product(
            (points, end["points"]), ("null", 1), (False, True), (396, 900)
        ):
            options = (
                f"{{ held: {held}, moving: {str(moving).lower()}, start: 'was', trained: {trained}, side: {side} }}"
            )
            shown = v8(f"told({places}, '{law}', {options})")
            everything = json.dumps([shown["text"], shown["aside"], shown["gauge"]], ensure_ascii=False)
            assert shown["text"]
            assert not [wrong for wrong in BROKEN if wrong in everything], everything


def test_keys_turn_choose_and_move(v8):
    now = f"{{ x: flat({scattered(12, 3)}), size: 3, turn: [0.5, 0.3], held: HELD }}"

    def key(name, held="null", **more):
        return v8(f"chargeKey({json.dumps({'key': name} | more)}, {now.replace('HELD', held)})")

    assert key("ArrowLeft")["turn"] == pytest.approx([0.5 + math.radians(5), 0.3], abs=1e-3)
    assert key("ArrowUp", shiftKey=True)["turn"] == pytest.approx([0.5, 0.3 - math.radians(15)], abs=1e-3)
    assert (key("7"), key("]"), key("["), key("]", "11")) == ({"hold": 7}, {"hold": 0}, {"hold": 11}, {"hold": 0})
    assert (key("Escape", "3"), key(" "), key("x")) == ({"hold": None}, {"toggle": True}, None)
    moved = key("ArrowRight", "4")["place"]
    before = scattered(12, 3)[4]
    there, here = seen([moved, before], [0.5, 0.3])
    assert math.acos(np.dot(moved, before)) <= math.radians(2) + 1e-6
    assert there[1] == pytest.approx(here[1], abs=1e-6)
    assert there[0] != pytest.approx(here[0], abs=1e-4)


def test_state_is_what_python_says():
    weights = {"λ = 0": torch.randn(10, 3) * 4, "λ = 10": torch.nn.Parameter(torch.randn(12, 3)), "flat": np.eye(2)}
    figure = ChargeSphere(weights)
    expected = torch.nn.functional.normalize(weights["λ = 0"].double(), dim=1)
    np.testing.assert_allclose(figure.points, expected, atol=1e-6)
    assert (figure.start, figure.surface, figure.charges, figure.running) == ("λ = 0", "sphere", 10, False)
    figure.running = True
    figure.start = "flat"
    assert (figure.surface, figure.charges, figure.points, figure.running) == (
        "circle", 2, [[1, 0], [0, 1]], False,
    )  # fmt: skip
    assert figure.smallest_angle == pytest.approx(math.pi / 2)
    figure.steps = 80
    figure.charges = 5
    assert (figure.charges, figure.points[:2], figure.steps) == (5, [[1, 0], [0, 1]], 0)
    figure.surface = "sphere"
    assert figure.points[0] == [1, 0, 0]
    figure.start = "random"
    assert (figure.charges, figure.surface) == (5, "sphere")
    other = ChargeSphere(weights)
    other.use(json.dumps(figure.settings))
    assert other.settings == figure.settings
    figure.turn = [7.0, 3.0]
    assert figure.turn == pytest.approx([7 - 2 * math.pi, math.pi / 2])
    points = figure.points
    figure.points = points  # rounded once, they stay
    figure.points = [[3, 0, 0], [0, 0.5, 0]]
    assert figure.points == [[1, 0, 0], [0, 1, 0]]


def test_what_a_view_sends_is_taken_as_it_is():
    figure = ChargeSphere({"λ = 0": torch.eye(3)})
    points = scattered(6, 2)
    figure.set_state({"start": "random", "points": points, "steps": 41, "running": True})
    assert (figure.points, figure.steps, figure.start, figure.running) == (points, 41, "random", True)
    figure.set_state({"points": figure.points})
    assert figure.points == points


TRAIT_REFUSALS = [
    ("points", [[1, 0, 0]], "points must be 2 to 24 places, all [x, y] or all [x, y, z], got [[1, 0, 0]]."),
    ("points", [[0, 0], [1, 0]], "points must be numbers and not 0: only their direction counts."),
    ("points", [[math.nan, 0], [1, 0]], "points must be numbers and not 0: only their direction counts."),
    ("start", "λ = 3", "start must be one of 'a', 'random', got 'λ = 3'."),
    ("turn", [0.2, math.inf], "turn must be two angles in radians, azimuth and height, got [0.2, inf]."),
    ("surface", "torus", "surface must be 'circle' or 'sphere', got 'torus'."),
    ("charges", 25, "charges must be a whole number in 2..24, got 25."),
    ("charges", True, "charges must be a whole number in 2..24, got True."),
]


@pytest.mark.parametrize(("name", "value", "words"), TRAIT_REFUSALS)
def test_a_wrong_setting_is_refused_in_a_sentence(name, value, words):
    figure = ChargeSphere({"a": torch.eye(3)})
    before = figure.state()
    with pytest.raises(TraitError) as refused:
        setattr(figure, name, value)
    assert str(refused.value) == words
    assert figure.state() == before


def test_points_of_unequal_length_and_words_are_refused():
    figure = ChargeSphere()
    for wrong in ([[1, 0], [1, 0, 0]], [["a", "b"], ["c", "d"]], [1, 2, 3], []):
        with pytest.raises(TraitError, match="points must be 2 to 24 places"):
            figure.points = wrong
    before = figure.settings
    made = "no setting 'radius'; it has law, start, points, turn, and is made with trained, surface, charges."
    with pytest.raises(ValueError, match=re.escape(made)):
        figure.use({"radius": 2})
    with pytest.raises(ValueError, match="points must be"):
        figure.use({"law": "steep", "points": [[1, 0]]})
    assert figure.settings == before


REFUSALS = [
    ([1, 2], "trained must be a mapping of a name to class centres, like {\"λ = 10\": weight}, got list."),
    ({"random": torch.eye(3)}, "trained must not have the name 'random': it stands for a random start."),
    *(
        (
            {"a": torch.ones(shape)},
            f"trained['a'] must be 2 to 24 class centres in 2 or 3 dimensions, (C, d), got shape {shape}.",
        )
        for shape in [(4, 4), (0, 3), (25, 3), (1, 2), (3,)]
    ),
    ({"a": [[1, 0], [0, 0]]}, "trained['a'] must have a direction for every class, got [0.0, 0.0] for 1."),
    ({"a": [[1, math.nan], [0, 1]]}, "trained['a'] must have a direction for every class, got [1.0, nan] for 0."),
    ({"a": "none"}, "trained['a'] must be numbers, class centres (C, d), got 'none'."),
]  # fmt: skip


@pytest.mark.parametrize(("trained", "words"), REFUSALS)
def test_wrong_class_centres_are_refused_in_a_sentence(trained, words):
    with pytest.raises(ValueError) as refused:
        ChargeSphere(trained)
    assert str(refused.value) == words


@pytest.mark.parametrize("settings", [{}, {"surface": "circle", "charges": 24}, {"charges": 2}, {"law": "steep"}])
def test_picture_size_and_alt(settings):
    figure = ChargeSphere(**settings)
    page = figure.html()
    assert len(page) < 70_000 and "data:image/png;base64,iVBORw0KGgo" in page
    assert f"{figure.charges} like charges on the {figure.surface}, at random" in figure.alt
    assert f"{math.degrees(figure.smallest_angle):.1f}° apart" in figure.alt
    assert ChargeSphere(**settings).points == figure.points  # the same start every time
    opposite = ChargeSphere({"x": [[1, 0, 0], [-1, 0, 0]]})
    assert "180.0°" in opposite.alt and opposite.picture().png()


def test_numpys_count_of_charges_is_a_count():
    figure = ChargeSphere(charges=np.int64(12))
    assert figure.charges == 12 and len(figure.points) == 12
    with pytest.raises(ValueError, match=r"charges must be a whole number in 2\.\.24, got np\.float64\(12\.5\)"):
        ChargeSphere(charges=np.float64(12.5))
