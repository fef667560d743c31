"""Roles of the regulations, and who may see a whole number.

Does no I/O. The caller is no role here: callers hold no account. What a role may do is declared by
each feature (`features/<name>/permissions.py`); this module knows only what belongs to the role
itself.
"""

from enum import StrEnum


class Role(StrEnum):
    """A role named in the regulations; the value is what tokens and `--role` carry."""

    JUNIOR_AGENT = "junior-agent"
    SENIOR_AGENT = "senior-agent"
    TEXT_CLERK = "text-clerk"
    RECORDING_CLERK = "recording-clerk"
    SURVEYOR = "surveyor"
    RECORDS_CLERK = "records-clerk"
    INSPECTOR = "inspector"
    STATISTICIAN = "statistician"
    TEAM_LEADER = "team-leader"
    MANAGER = "manager"
    SWITCHBOARD = "switchboard"
    FLOOR_ATTENDANT = "floor-attendant"
    DEPARTMENT = "department"
    ADMINISTRATOR = "administrator"


IN_CHINESE: dict[Role, str] = {
    Role.JUNIOR_AGENT: "初级话务员",
    Role.SENIOR_AGENT: "高级话务员",
    Role.TEXT_CLERK: "文本录入员",
    Role.RECORDING_CLERK: "录音提取员",
    Role.SURVEYOR: "满意度调查员",
    Role.RECORDS_CLERK: "资料管理员",
    Role.INSPECTOR: "质检员",
    Role.STATISTICIAN: "统计员",
    Role.TEAM_LEADER: "班长",
    Role.MANAGER: "经理热线",
    Role.SWITCHBOARD: "总机",
    Role.FLOOR_ATTENDANT: "楼层值班",
    Role.DEPARTMENT: "处理部门",
    Role.ADMINISTRATOR: "管理员",
}

LEADERS = frozenset({Role.TEAM_LEADER, Role.MANAGER, Role.ADMINISTRATOR})

AGENTS = frozenset({Role.JUNIOR_AGENT, Role.SENIOR_AGENT})

SEATED = AGENTS | {Role.TEAM_LEADER, Role.MANAGER}
"""Who works at a seat with a phone (QUE-4)."""

AT_A_PHONE = SEATED | {Role.INSPECTOR}
"""Who may have a phone at the desk; inspectors only listen, and are offered no callers (QA-1)."""

WRITERS = LEADERS | AGENTS | {Role.TEXT_CLERK, Role.RECORDING_CLERK, Role.SURVEYOR}
"""Who types into tickets and of customers: talks, takes down, asks afterwards."""

CUSTOMERS = WRITERS | {Role.SWITCHBOARD}
"""Who has to do with customers: promises calls back, looks up who calls (CBK-1)."""

EVERYONE = frozenset(Role)

_SEE_NUMBERS = frozenset(
    {
        Role.JUNIOR_AGENT,
        Role.SENIOR_AGENT,
        Role.TEXT_CLERK,
        Role.RECORDING_CLERK,
        Role.SURVEYOR,
        Role.TEAM_LEADER,
        Role.MANAGER,
        Role.SWITCHBOARD,
        Role.ADMINISTRATOR,
    }
)


_WHOLE_DIGITS = 7
"""Digits of the shortest whole number: a landline without its area."""


def may_ask_for(role: Role, digits: str) -> bool:
    """Return whether `role` may look for calls by these digits of a number.

    Who sees numbers may look by any piece. An inspector finds the recording of a whole number that
    a customer has named (QA-5), and learns nothing from it that was not known before (SEC-2).
    """
    if role in _SEE_NUMBERS:
        return True
    return role is Role.INSPECTOR and sum(map(str.isdigit, digits)) >= _WHOLE_DIGITS


def sees_numbers(role: Role) -> bool:
    """Return whether the work of `role` needs callers' whole numbers and names (SEC-2).

    Who talks to customers or calls them back does; who counts, judges or repairs does not.
    """
    return role in _SEE_NUMBERS
