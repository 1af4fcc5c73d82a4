"""Exercises that know the mistakes they invite: feedback in the notebook, and marks for a class."""

from course_lm.grading.check import check
from course_lm.grading.diagnose import diagnose
from course_lm.grading.question import Misconception, Question, Verdict, case

__all__ = ["Misconception", "Question", "Verdict", "case", "check", "diagnose"]
