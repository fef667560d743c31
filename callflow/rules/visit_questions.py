"""Owns the questions that a return visit or a survey asks where nobody wrote others (CBK-3, CBK-4).

Does no I/O. Each is answered by one key. The last ones of a survey collect more about customers who
are willing; who presses nothing there has answered all the same.
"""

from collections.abc import Mapping, Sequence

from callflow.lifecycles.batch import Kind, Question

SETTLED = Question(
    name="settled",
    keys="12",
    zh="请问您反映的问题解决了吗?已解决请按一,没有解决请按二。",
    en="Has your matter been settled? If it has, press 1; if not, press 2.",
)
SATISFIED = Question(
    name="satisfied",
    keys="123",
    zh="请问您对我们的服务满意吗?满意请按一,一般请按二,不满意请按三。",
    en="Are you satisfied with our service? Satisfied: 1; so so: 2; not satisfied: 3.",
)
MARK = Question(
    name="mark",
    keys="12345",
    zh="请为我们的服务打分,五分最满意,一分最不满意,请按一到五。",
    en="Please give our service a mark from 1, the worst, to 5, the best.",
)
AGE = Question(
    name="age",
    keys="12349",
    zh="请问您的年龄?三十岁以下请按一,三十到四十五岁请按二,四十五到六十岁请按三,"
    "六十岁以上请按四,不便回答请按九。",
    en="Your age, please? Under 30: 1; 30 to 45: 2; 45 to 60: 3; over 60: 4; "
    "to leave this open: 9.",
)
EDUCATION = Question(
    name="education",
    keys="1239",
    zh="请问您的学历?高中以下请按一,大专或本科请按二,研究生请按三,不便回答请按九。",
    en="Your education, please? School: 1; college: 2; postgraduate: 3; to leave this open: 9.",
)
SPENDING = Question(
    name="spending",
    keys="1239",
    zh="请问您每月的话费?五十元以下请按一,五十到一百五十元请按二,一百五十元以上请按三,"
    "不便回答请按九。",
    en="What do you spend on telephone in a month? Under 50: 1; 50 to 150: 2; over 150: 3; "
    "to leave this open: 9.",
)

STANDARD: Mapping[Kind, Sequence[Question]] = {
    Kind.VISIT: (SETTLED, SATISFIED),
    Kind.SURVEY: (MARK, SATISFIED),
    Kind.NOTICE: (),
}
"""A notice is a statement: there is none that would suit everybody."""

MORE: Sequence[Question] = (AGE, EDUCATION, SPENDING)
"""CBK-4: asked of customers who are willing."""
