"""A model of a tool called gh that knows its requests by heart, and `sayso` with this model."""

import sys

from sayso.clischema import from_spec, parse_line, risk_of
from sayso.runtime.interpretation import Clarification, Command, Suggestion

GH = from_spec(
    {
        "cli_name": "gh",
        "description": "Work with GitHub",
        "commands": [
            {
                "name": "pr",
                "description": "Work with pull requests",
                "subcommands": [
                    {
                        "name": "list",
                        "aliases": ["ls"],
                        "description": "List pull requests",
                        "args": [
                            {"name": "state", "type": "enum", "values": ["open", "closed"], "description": "Which of them"},
                            {"name": "label", "repeatable": True},
                            {"name": "limit", "type": "integer", "short": "L", "joined": True},
                        ],
                        "flags": [{"name": "web", "short": "w", "natural_language": ["in the browser"]}],
                    },
                    {
                        "name": "merge",
                        "description": "Merge a pull request",
                        "risk": "write",
                        "args": [
                            {
                                "name": "number",
                                "type": "integer",
                                "positional": True,
                                "required": True,
                                "description": "the number of the pull request",
                                "context": {"source": "git.current_pr"},
                            }
                        ],
                        "flags": [
                            {"name": "squash", "description": "Make one commit of all"},
                            {"name": "delete-branch", "short": "d", "description": "Delete the branch after the merge"},
                        ],
                    },
                    {"name": "close", "description": "Close it", "risk": "write", "args": [{"name": "branch", "positional": True}]},
                ],
            },
            {"name": "say", "description": "Print words", "risk": "read", "args": [{"name": "what", "positional": True, "required": True}]},
            {"name": "repo", "subcommands": [{"name": "delete", "description": "Delete a repository"}]},
        ],
    }
)

LINES = {
    "list my prs": ("gh pr list --state open", "execute", 0.95),
    "merge this one": ("gh pr merge 12 --squash", "execute", 0.93),
    "perhaps list": ("gh pr list", "confirm", 0.8),
    "close it?": ("gh pr close", "suggest", 0.6),
    "merge and clean up": ("gh pr merge 12 --delete-branch", "execute", 0.99),
    "--help me": ("gh say help", "execute", 0.95),
    "odd": ("gh say '; echo $(whoami) \"x\" \n\x1b[31mred \u202e é'", "execute", 0.95),
    "quote": ('gh say "it\'s"', "execute", 0.95),
}
LIST, CLOSE = Suggestion("list them", "pr", "list"), Suggestion("close one", "pr", "close", {"branch": "main"})
MERGE = Suggestion("merge one", "pr", "merge", flags=("squash",))
QUESTIONS = {
    "merge": Clarification("missing_argument", "Which pull request?", (MERGE,), 0.6, "number"),
    "prs": Clarification("ambiguous", "What about them?", (LIST, CLOSE, MERGE), 0.4),
    "bake a cake": Clarification("off_topic", "gh works with GitHub.", (), 0.1),
    "broken": Clarification("typo", "Did you mean\x1b[2J that?", (Suggestion("that", "pr", "explode"), LIST), 0.4),
}


class ByHeart:
    """It also tells what it was asked: `about` ends with the last context."""

    schema = GH

    def __init__(self):
        self.contexts = []

    def interpret(self, text, context=None):
        self.contexts.append(context)
        if text in QUESTIONS:
            return QUESTIONS[text]
        line, action, confidence = LINES.get(text, ("gh pr list", "execute", 0.9))
        command = parse_line(GH, line)
        words = command.to_json()
        import shlex

        return Command(
            argv=tuple(shlex.split(line)),
            command=words["command"],
            subcommand=words["subcommand"],
            args=command.args,
            flags=command.flags,
            confidence=confidence,
            action=action,
            risk=risk_of(GH, command.path),
        )


def main():
    """`sayso` that finds this model wherever it looks for one."""
    import sayso.loading

    sayso.loading.load = lambda source, **options: ByHeart()
    from sayso.cli import main

    main()


if __name__ == "__main__":
    sys.exit(main())
