"""The process `answer_queries`, which outlives what it can and is started anew where it cannot."""

import dataclasses
import json
import subprocess

REFUSED = {"LAKESMITH_NOT_BUILT", "UNRESOLVED_ROUTINE", "UNRESOLVABLE_TABLE_VALUED_FUNCTION"}


@dataclasses.dataclass
class Given:
    """What Lakesmith gives for a statement."""

    columns: list = dataclasses.field(default_factory=list)
    rows: list = dataclasses.field(default_factory=list)
    error: str = ""
    title: str = ""
    broken: str = ""

    @property
    def is_refused(self):
        """Whether the statement is refused by name."""
        return self.error in REFUSED


class Lakesmith:
    """Sessions of statements, one after another."""

    def __init__(self, binary, patience=30):
        self.command = [binary, str(patience)]
        self.kept = []
        self.start()

    def start(self):
        """Starts the process."""
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(self.command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)

    def begin(self):
        """Begins a session over an empty warehouse."""
        self.kept = []
        if "early end" in self.ask({"begin": True}):
            self.ask({"begin": True})

    def ask(self, request):
        """One reply. A process that ends is started anew, its session brought back to where it was."""
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if line:
            return json.loads(line)
        self.process.wait()
        self.start()
        for kept in self.kept:
            self.process.stdin.write(json.dumps(kept) + "\n")
            self.process.stdin.flush()
            self.process.stdout.readline()
        return {"early end": True}

    def run(self, statement):
        """What a statement gives."""
        request = {"statement": statement}
        reply = self.ask(request)
        if "columns" in reply and not reply["columns"]:
            self.kept.append(request)
        for name in ("panic", "hang", "early end"):
            if name in reply:
                return Given(broken=f"{name}: {reply[name]}")
        if "error" in reply:
            return Given(error=reply["error"], title=reply["title"])
        return Given(reply["columns"], reply["rows"])

    def close(self):
        """Ends the process."""
        self.process.stdin.close()
        self.process.wait()
