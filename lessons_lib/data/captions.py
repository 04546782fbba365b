"""Captions for the ten digits: number words of many languages, numerals, sums and differences, each in a few templates.

What is kept out of training is whole captions, so that reading one of them is more than knowing it by heart.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

WORDS = {
    "English": "zero one two three four five six seven eight nine",
    "German": "null eins zwei drei vier fünf sechs sieben acht neun",
    "French": "zéro un deux trois quatre cinq six sept huit neuf",
    "Spanish": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "Italian": "zero uno due tre quattro cinque sei sette otto nove",
    "Latin": "nulla unus duo tres quattuor quinque sex septem octo novem",
    "Romanian": "zero unu doi trei patru cinci șase șapte opt nouă",
    "Swedish": "noll ett två tre fyra fem sex sju åtta nio",
    "Norwegian": "null en to tre fire fem seks sju åtte ni",
    "Finnish": "nolla yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän",
    "Polish": "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć",
    "Czech": "nula jedna dva tři čtyři pět šest sedm osm devět",
    "Russian": "ноль один два три четыре пять шесть семь восемь девять",
    "Greek": "μηδέν ένα δύο τρία τέσσερα πέντε έξι επτά οκτώ εννέα",
    "Turkish": "sıfır bir iki üç dört beş altı yedi sekiz dokuz",
    "Hungarian": "nulla egy kettő három négy öt hat hét nyolc kilenc",
    "Indonesian": "nol satu dua tiga empat lima enam tujuh delapan sembilan",
    "Swahili": "sifuri moja mbili tatu nne tano sita saba nane tisa",
    "Vietnamese": "không một hai ba bốn năm sáu bảy tám chín",
    "Esperanto": "nul unu du tri kvar kvin ses sep ok naŭ",
    "Japanese": "ゼロ いち に さん よん ご ろく なな はち きゅう",
    "Chinese": "零 一 二 三 四 五 六 七 八 九",
    "Korean": "영 일 이 삼 사 오 육 칠 팔 구",
    "numerals": "0 1 2 3 4 5 6 7 8 9",
}
# Languages that resemble trained ones, and are trained in none of their words.
STRANGERS = {
    "Portuguese": "zero um dois três quatro cinco seis sete oito nove",
    "Catalan": "zero un dos tres quatre cinc sis set vuit nou",
    "Dutch": "nul een twee drie vier vijf zes zeven acht negen",
    "Danish": "nul en to tre fire fem seks syv otte ni",
    "Estonian": "null üks kaks kolm neli viis kuus seitse kaheksa üheksa",
    "Ukrainian": "нуль один два три чотири п'ять шість сім вісім дев'ять",
}
TEMPLATES = ("{}", "a {}", "the digit {}", "number {}", "this is {}", "{}, by hand")
KEPT_OUT = 0.2  # of the sums
LONGEST = 3  # characters of a gram
_SIGN = re.compile(r"\s*([-+])\s*")


@dataclass(frozen=True)
class Captions:
    """Texts, the digit that each of them means (N,) int64, and what kind each is: a word of a language, or a sum."""

    texts: tuple[str, ...]
    labels: Tensor
    kinds: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def pick(self, which: Iterable[int]) -> "Captions":
        """The captions with these numbers."""
        which = [int(i) for i in which]
        return Captions(tuple(self.texts[i] for i in which), self.labels[which], tuple(self.kinds[i] for i in which))

    def of_kind(self, *kinds: str) -> "Captions":
        """The captions of these kinds."""
        return self.pick(i for i, kind in enumerate(self.kinds) if kind in kinds)


@dataclass(frozen=True)
class CaptionData:
    """`trained` to learn from; `unseen`, of which no caption was trained; `strangers`, of languages never trained."""

    trained: Captions
    unseen: Captions
    strangers: Captions


def load_captions() -> CaptionData:
    """About two thousand captions, always the same ones, split by whole captions.

    Of each word every third template is kept out: word and template are known then, together they are new. Of the
    sums, "3 + 4" or "9 - 2 - 1", one in five by chance. The strangers' words are plain.
    """
    trained, unseen = [], []
    for number, (text, digit, kind) in enumerate(_words(WORDS)):
        for place, template in enumerate(TEMPLATES):
            (unseen if (number + place) % 3 == 2 else trained).append((template.format(text), digit, kind))
    sums = _sums()
    out = torch.rand(len(sums), generator=torch.Generator().manual_seed(0)) < KEPT_OUT
    for row, kept_out in zip(sums, out.tolist(), strict=True):
        (unseen if kept_out else trained).append(row)
    known = {text for text, _, _ in _words(WORDS)}
    strangers = [row for row in _words(STRANGERS) if row[0] not in known]
    return CaptionData(_captions(trained), _captions(unseen), _captions(strangers))


def _words(languages: dict[str, str]) -> list[tuple[str, int, str]]:
    """Every word once: (word, digit, the first language that has it)."""
    found: dict[str, tuple[int, str]] = {}
    for language, words in languages.items():
        for digit, word in enumerate(words.split()):
            found.setdefault(word, (digit, "numeral" if language == "numerals" else "word"))
    return [(word, *rest) for word, rest in found.items()]


def _sums() -> list[tuple[str, int, str]]:
    """All sums and differences of two digits, and of three from 1 on, that never leave 0 to 9."""
    twos = [(f"{a}", a) for a in range(10)]
    twos = [_next(text, value, digit, sign) for text, value in twos for digit in range(10) for sign in (1, -1)]
    twos = [(text, value) for text, value in twos if 0 <= value < 10]
    threes = [_next(text, value, digit, sign) for text, value in twos if "0" not in text for digit in range(1, 10)
              for sign in (1, -1)]  # fmt: skip
    return [(text, value, "sum") for text, value in twos + threes if 0 <= value < 10]


def _next(text: str, value: int, digit: int, sign: int) -> tuple[str, int]:
    return f"{text} {'+' if sign > 0 else '-'} {digit}", value + sign * digit


def _captions(rows: list[tuple[str, int, str]]) -> Captions:
    texts, labels, kinds = zip(*rows, strict=True)
    return Captions(texts, torch.tensor(labels), kinds)


def grams(text: str) -> list[str]:
    """All runs of 1 to 3 characters of a text in lower case, a space before and after it; none of spaces alone.

    A sign stands between spaces however it was typed, "3+4" as "3 + 4".
    """
    words = _SIGN.sub(r" \1 ", text.lower()).split()
    line = f" {' '.join(words)} "
    runs = (line[i : i + n] for n in range(1, LONGEST + 1) for i in range(len(line) - n + 1))
    return [run for run in runs if run.strip()]


def vocabulary_of(texts: Iterable[str], fewest: int = 2) -> tuple[str, ...]:
    """The grams that stand in at least `fewest` of the texts, sorted."""
    counts = Counter(gram for text in texts for gram in set(grams(text)))
    return tuple(sorted(gram for gram, count in counts.items() if count >= fewest))


def gram_counts(texts: Sequence[str], vocabulary: Sequence[str]) -> Tensor:
    """How often each gram of the vocabulary stands in each text, (N, V) float32: all a text network sees of it."""
    place = {gram: i for i, gram in enumerate(vocabulary)}
    counts = torch.zeros(len(texts), len(vocabulary))
    for row, text in zip(counts, texts, strict=True):
        for gram in grams(text):
            if gram in place:
                row[place[gram]] += 1
    return counts
