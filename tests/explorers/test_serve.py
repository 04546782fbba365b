"""What works in a Worker, in a V8 of its own that has nothing but the Worker's text."""

import json

import pytest
from py_mini_racer import MiniRacer

from tests.explorers.modules import modules

# A page that makes a Worker: its text is kept, and what it is told.
PAGE = """
var texts = [], told = [], heard = [], ended = 0;
var Blob = class { constructor([text]) { this.text = text; } };
var URL = { createObjectURL: blob => texts.push(blob.text), revokeObjectURL() {} };
var setTimeout = (f, ms, given) => f(given), clearTimeout = () => {}, performance = { now: () => 0 };
var MessageChannel = class {
  constructor() {
    const to = other => ({ postMessage: data => this[other].onmessage({ data }) });
    Object.assign(this, { port1: to('port2'), port2: to('port1') });
  }
};
var worker = null, refused = false;
var Worker = class {
  constructor() { if (refused) throw new Error('refused'); worker = this; }
  postMessage(data) { told.push(data); }
  terminate() { ended++; }
};
0"""
# What a Worker has; time passes by a millisecond a look, and what is to be done later waits in `later`.
WORKER = """
var self = {}, said = [], later = [], clock = 0;
var postMessage = data => said.push(data);
self.postMessage = postMessage;
var performance = { now: () => clock++ }, setTimeout = f => later.push(f), clearTimeout = () => { later = []; };
var tell = (task, given) => { self.onmessage({ data: { task, ...given } }); };
var turnOver = () => { for (const f of later.splice(0)) f(); };
var start = { layers: [], inputs: Float32Array.from([1, 0.2, -1, 0.3, 0.1, -2]), labels: Uint8Array.from([0, 1, 2]),
  weight: Float32Array.from([1, 0, 0, 1, -1, -1]), batch: 3 };
var use = (loss, more = {}) => tell('use', { head: { loss, margin: 0.1, scale: 8 }, rate: 0.01, speed: 1e9, ...more });
"""


@pytest.fixture(scope="module")
def text():
    with modules("kit/training.js", setup=PAGE) as page:
        page("(new Training(() => {}).tell('look'), 0)")
        return page("texts[0]")


@pytest.fixture
def worker(text):
    with MiniRacer() as context:
        context.eval(WORKER + text)

        def value(expression):
            code = f"JSON.stringify({expression}, (_, v) => ArrayBuffer.isView(v) ? [...v] : v) ?? 'null'"
            return json.loads(context.eval(code))

        assert value("said") == ["ready"]
        value("(tell('begin', start), use('cosface'), said = [], 0)")
        yield value


def test_it_trains_what_it_is_asked_and_rests(worker):
    worker("(tell('go', { steps: 4 }), turnOver(), 0)")
    told = worker("said")
    assert [frame["step"] for frame in told] == [4] and told[0]["rests"] and not told[0]["failed"]
    assert told[0]["features"] == told[0]["free"] and told[0]["loss"] > 0
    assert worker("later.length") == 0


def test_it_stops_where_the_page_paints_nothing(worker):
    """A hidden tab paints nothing: two frames are under way, then it waits."""
    worker("(tell('go', { steps: Infinity }), 0)")
    for _ in range(10):
        worker("(turnOver(), 0)")
    assert worker("said.length") == 2 and worker("later.length") == 0
    assert worker("(tell('painted'), turnOver(), turnOver(), turnOver(), said.length)") == 4
    assert worker("(tell('go', { steps: 0 }), turnOver(), said.at(-1).rests)")
    assert worker("(tell('painted'), turnOver(), later.length)") == 0


def test_no_frame_has_more_steps_than_it_was_told(worker):
    worker("(use('cosface', { speed: 2 }), tell('go', { steps: 5 }), 0)")
    steps = []
    for _ in range(4):
        worker("(turnOver(), tell('painted'), 0)")
        steps = worker("said.map(({ step }) => step)")
    assert steps == [2, 4, 5]


def test_adacos_keeps_its_scale_while_it_stays(worker):
    worker("(use('adacos_dynamic'), tell('go', { steps: 3 }), turnOver(), 0)")
    scale = worker("said.at(-1).scale")
    assert scale != 8
    assert worker("(use('adacos_dynamic', { rate: 0.02 }), tell('look'), said.at(-1).scale)") == scale
    assert worker("(use('softmax'), use('adacos_dynamic'), tell('look'), said.at(-1).scale)") == 8


def test_the_layers_are_told_to_a_page_that_asks_for_them(worker):
    assert worker("(tell('look'), said.at(-1).layers)") is None
    assert worker("(tell('open'), tell('look'), said.at(-1).layers)") == []


def test_a_class_weight_can_be_turned_by_hand(worker):
    assert worker("(tell('turn', { k: 1, x: -1, y: 0 }), tell('look'), said.at(-1).weight)") == [1, 0, -1, 0, -1, -1]


def test_numbers_that_are_none_end_it_and_are_told(worker):
    worker("(tell('turn', { k: 1, x: NaN, y: 0 }), tell('go', { steps: 9 }), turnOver(), turnOver(), 0)")
    assert worker("said.map(({ failed, rests }) => [failed, rests])") == [[True, True]]


def test_after_its_end_nothing_waits(worker):
    assert worker("(tell('go', { steps: Infinity }), tell('end'), turnOver(), said.length + later.length)") == 0


def test_a_page_waits_for_its_worker_and_ends_it():
    with modules("kit/training.js", setup=PAGE) as page:
        page("(training = new Training(frame => heard.push(frame)), training.tell('use', { rate: 1 }), 0)")
        assert page("told") == []
        page("(worker.onmessage({ data: 'ready' }), worker.onmessage({ data: 5 }), 0)")
        assert page("[told, heard, training.place]") == [[{"task": "use", "rate": 1}], [5], "worker"]
        page("(training.end(), worker.onmessage({ data: 6 }), training.tell('look'), 0)")
        assert page("[heard, ended]") == [[5], 1]


@pytest.mark.parametrize("how", ["at once", "later"])
def test_where_no_worker_is_allowed_the_page_trains_itself(how):
    with modules("kit/training.js", setup=PAGE + WORKER.split("var start")[1].join(["; var start", ""])) as page:
        page(f"(refused = {json.dumps(how == 'at once')}, training = new Training(frame => heard.push(frame)), 0)")
        page("(training.tell('begin', start), 0)")
        page("(training.tell('use', { head: { loss: 'cosface', margin: 0.1, scale: 8 }, rate: 0.01, speed: 9 }), 0)")
        if how == "later":
            page("(worker.onerror({ preventDefault() {} }), 0)")
        page("(training.tell('go', { steps: 3 }), 0)")
        assert page("training.place") == "page" and page("heard.at(-1).step") == 3
