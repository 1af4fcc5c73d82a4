"""Checks exercises in the notebook and marks them for a class, and names the misconception behind a wrong answer."""

from course_lm.grading.check import check
from course_lm.grading.diagnose import diagnose
from course_lm.grading.question import Misconception, Question, Verdict, case

__all__ = ["Misconception", "Question", "Verdict", "case", "check", "diagnose"]
