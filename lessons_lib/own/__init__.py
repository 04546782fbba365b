"""A folder of your own, from the files to a door: set, train, judge, choose the next lever, find wrong labels, keep."""

from lessons_lib.own.choosing import Chosen, fit_for_strangers
from lessons_lib.own.keeping import keep_door
from lessons_lib.own.levers import Lever, advise, levers, try_levers
from lessons_lib.own.settings import Setting, train
from lessons_lib.own.suspects import Suspect, likely, margins, suspects
from lessons_lib.own.verdict import Verdict, judge, pixels

__all__ = [
    "Chosen",
    "Lever",
    "Setting",
    "Suspect",
    "Verdict",
    "advise",
    "fit_for_strangers",
    "judge",
    "keep_door",
    "levers",
    "likely",
    "margins",
    "pixels",
    "suspects",
    "train",
    "try_levers",
]
