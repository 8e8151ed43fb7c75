//! The shell on a terminal of its own, which `script` (util-linux) makes.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Longest wait for something to be printed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A shell that runs in a folder.
struct Shell {
    child: Child,
    printed: String,
    pieces: Receiver<String>,
}

impl Shell {
    fn start(folder: &Path) -> Self {
        // not a child of a shell, which would pass Ctrl-C on as its own end
        let command = format!("exec {} sql --project {}", env!("CARGO_BIN_EXE_lakesmith"), folder.display());
        let mut child = Command::new("script")
            .args(["-qec", &command, "/dev/null"])
            .env("LAKESMITH_HISTORY", folder.join("history"))
            .env("TERM", "xterm")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`script` starts");
        let mut out = child.stdout.take().expect("its output");
        let (sender, pieces) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = out.read(&mut bytes) {
                if sender.send(String::from_utf8_lossy(&bytes[..count]).into_owned()).is_err() {
                    return;
                }
            }
        });
        let mut shell = Self { child, printed: String::new(), pieces };
        shell.expect("default> ");
        shell
    }

    fn enter(&mut self, text: &str) {
        let input = self.child.stdin.as_mut().expect("its input");
        input.write_all(text.as_bytes()).and_then(|()| input.flush()).expect("the shell reads");
    }

    /// Waits until `text` is printed and forgets what was printed up to its end.
    fn expect(&mut self, text: &str) {
        assert!(self.sees(text, PATIENCE), "`{text}` is not in: {}", self.printed);
    }

    fn sees(&mut self, text: &str, patience: Duration) -> bool {
        let begun = Instant::now();
        loop {
            if let Some(at) = self.printed.find(text) {
                self.printed.drain(..at + text.len());
                return true;
            }
            let left = patience.saturating_sub(begun.elapsed());
            match self.pieces.recv_timeout(left) {
                Ok(piece) => self.printed.push_str(&piece),
                Err(_) => return false,
            }
        }
    }

    fn leave(mut self) {
        self.enter("\\q\r");
        let status = self.child.wait().expect("the shell ends");
        assert!(status.success(), "{status}");
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // one that has ended is as good
        let _ended = self.child.kill();
    }
}

#[test]
fn a_person_enters_statements_over_several_lines_and_asks_for_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut shell = Shell::start(folder.path());
    shell.enter("CREATE TABLE fruit (name STRING, price INT);\r");
    shell.expect("default> ");
    shell.enter("INSERT INTO fruit\r");
    shell.expect("...> ");
    shell.enter("VALUES ('fig', 7);\r");
    shell.expect("default> ");
    shell.enter("SELECT * FROM fru\t;\r");
    shell.expect("│ fig  │     7 │");
    shell.enter("\\d\r");
    shell.expect("│ default   │ fruit");
    shell.enter("\\d fruit\r");
    shell.expect("│ price    │ int");
    shell.enter("\\timing\r");
    shell.expect("timing is on");
    shell.enter("SELEC 1;\r");
    shell.expect("PARSE_SYNTAX_ERROR");
    shell.enter("\\nope\r");
    shell.expect("is no command");
    shell.leave();
    let mut again = Shell::start(folder.path());
    // up over `\q`, `\nope`, the wrong statement, `\timing`, `\d fruit` and `\d` to the query
    again.enter(&("\x1b[A".repeat(7) + "\r"));
    again.expect("│ fig  │     7 │");
    again.leave();
}

#[test]
fn ctrl_c_gives_up_the_line_and_the_statement_that_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut shell = Shell::start(folder.path());
    shell.enter("SELECT 'never\x03");
    shell.expect("^C");
    shell.enter("WITH t AS (SELECT explode(sequence(1, 100000)) AS x) SELECT count(*) FROM t a CROSS JOIN t b CROSS JOIN t c;\r");
    shell.expect("CROSS JOIN t c;");
    let begun = Instant::now();
    while !shell.sees("given up", Duration::from_millis(300)) {
        assert!(begun.elapsed() < PATIENCE, "the statement goes on: {}", shell.printed);
        shell.enter("\x03");
    }
    shell.enter("SELECT 6 * 7 AS answer;\r");
    shell.expect("│     42 │");
    shell.leave();
}
