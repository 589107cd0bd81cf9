//! Child processes that never outlive the test.
//!
//! Dropping a [`Guarded`] ends its process. A value in a `static` is never dropped, and a test that
//! is killed drops nothing; so each process has a warden, a small shell that waits for its input to
//! end. That happens however the test ends, and the warden then ends the process and removes its
//! folder.

use crate::poll::{PATIENCE, eventually_some};
use rustix::process::{Pid, kill_process, kill_process_group};
use std::fs::File;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

pub use rustix::process::Signal;

/// Ends the process group `$1` by signal `$2`, waits at most five seconds, kills what is left (and
/// every process whose command line names the folder `$3`: a browser's children leave the group),
/// then removes the folder.
const WARDEN: &str = r#"
read -r word && [ "$word" = done ] && exit 0
kill -s "$2" -- "-$1"
i=0
while [ $i -lt 50 ] && kill -s 0 -- "-$1"; do i=$((i + 1)); sleep 0.1; done
kill -s KILL -- "-$1"
[ -n "$3" ] || exit 0
for entry in /proc/[0-9]*; do
    pid=${entry#/proc/}
    [ "$pid" = $$ ] || { grep -q -F -e "$3" "$entry/cmdline" && kill -s KILL "$pid"; }
done
rm -rf -- "$3"
"#;

/// A child process, the leader of its own process group.
#[derive(Debug)]
pub struct Guarded {
    child: Child,
    warden: Child,
    end: Signal,
}

impl Guarded {
    /// Starts `command`. `end` is the signal that ends it in good order. `folder` is its own
    /// folder, removed by the warden when the test itself cannot do so.
    ///
    /// Input is empty; outputs must be files or pipes, never the test's own (whoever reads the
    /// test's output to its end would wait for the child).
    ///
    /// # Panics
    /// If the program cannot be started.
    pub fn spawn(command: &mut Command, end: Signal, folder: Option<&Path>) -> Guarded {
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", WARDEN, "warden", &child.id().to_string(), signal_word(end)]);
        shell.arg(folder.unwrap_or(Path::new("")));
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let warden = shell.process_group(0).spawn().expect("the system has a shell");
        Guarded { child, warden, end }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The child, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Sends a signal to the process alone. A process that has ended already is left alone.
    pub fn signal(&mut self, signal: Signal) {
        if self.status().is_none() {
            let _gone_meanwhile = kill_process(self.pid(), signal);
        }
    }

    /// How it ended, or `None` while it runs.
    pub fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it still runs after [`PATIENCE`].
    pub fn wait(&mut self) -> ExitStatus {
        let what = format!("process {} has ended", self.id());
        eventually_some(PATIENCE, &what, || self.status())
    }

    /// Kills the process and its group at once, as a power cut would, and waits for the end.
    pub fn kill(&mut self) {
        if self.status().is_none() {
            let _gone_meanwhile = kill_process_group(self.pid(), Signal::KILL);
        }
        self.wait();
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // The id of a process that was waited for can belong to another by now.
        if self.status().is_none() {
            self.signal(self.end);
            let end = Instant::now() + Duration::from_secs(5);
            while self.status().is_none() && Instant::now() < end {
                std::thread::sleep(Duration::from_millis(10));
            }
            // What the leader has left behind in its group goes too.
            let _none_left = kill_process_group(self.pid(), Signal::KILL);
            let _reaped = self.child.wait();
        }
        if let Some(mut input) = self.warden.stdin.take() {
            let _warden_gone = input.write_all(b"done\n");
        }
        let _reaped = self.warden.wait();
    }
}

fn signal_word(signal: Signal) -> &'static str {
    match signal {
        Signal::KILL => "KILL",
        Signal::QUIT => "QUIT",
        Signal::INT => "INT",
        _ => "TERM",
    }
}

/// The first of `names` that is a file on `PATH` or in one of the `extra` folders.
pub fn find_program(names: &[&str], extra: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(extra.to_vec()).collect();
    names
        .iter()
        .find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()))
}

/// A loopback port that nothing listens on now. Another process can take it before it is used, so
/// whoever starts a server on it tries again with another; a server that can choose its own port
/// ([`announced_port`]) should.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port is free");
    listener.local_addr().expect("a listener has an address").port()
}

/// Waits until a server writes the port that it chose to its log, behind the words `before`.
///
/// # Panics
/// If the server ends instead, or does not write it for long; with the end of the log.
pub fn announced_port(process: &mut Guarded, log: &Path, before: &str) -> u16 {
    let port = announced_port_unless_ended(process, log, before);
    port.unwrap_or_else(|| panic!("the server ends:\n{}", tail(log)))
}

/// As [`announced_port`]; `None` if the server ends instead.
///
/// # Panics
/// If it does neither for long.
pub fn announced_port_unless_ended(process: &mut Guarded, log: &Path, before: &str) -> Option<u16> {
    let what = format!("{} has a line with `{before}PORT`", log.display());
    eventually_some(PATIENCE, &what, || {
        let status = process.status();
        let text = std::fs::read_to_string(log).unwrap_or_default();
        let found = text.split_once(before).and_then(|(_, rest)| {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            rest[..end].parse().ok()
        });
        (found.is_some() || status.is_some()).then_some(found)
    })
}

/// A command's outputs, both to one new file.
pub fn log_to(command: &mut Command, log: &Path) {
    let output = File::options().create(true).append(true).open(log).expect("a log can be written");
    command.stdout(output.try_clone().expect("a log can be shared")).stderr(output);
}

/// The last lines of a log file, for messages.
pub fn tail(log: &Path) -> String {
    let bytes = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::poll::eventually;

    fn runs(pid: u32) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let state = stat.rsplit(')').next().unwrap_or("").trim_start().chars().next();
        !matches!(state, None | Some('Z'))
    }

    #[test]
    fn dropping_ends_the_process_and_its_group() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 100 & echo $!; wait"]).stdout(Stdio::piped());
        let mut guarded = Guarded::spawn(&mut command, Signal::TERM, None);
        let mut line = String::new();
        let output = guarded.child().stdout.take().expect("piped");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).expect("line");
        let (leader, follower) = (guarded.id(), line.trim().parse::<u32>().expect("a number"));
        assert!(runs(leader) && runs(follower));
        drop(guarded);
        assert!(!runs(leader));
        eventually(PATIENCE, "the follower has ended", || !runs(follower));
    }

    #[test]
    fn the_warden_ends_a_process_whose_test_was_killed() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new("sleep");
        let mut guarded = Guarded::spawn(command.arg("100"), Signal::TERM, Some(folder.path()));
        // The input ends without a word, as it does when the test process is gone.
        drop(guarded.warden.stdin.take());
        guarded.wait();
        eventually(PATIENCE, "the folder is gone", || !folder.path().exists());
    }

    #[test]
    fn programs_are_found_on_the_path_and_beside_it() {
        assert!(find_program(&["no-such-program", "sh"], &[]).is_some());
        assert_eq!(find_program(&["no-such-program"], &[]), None);
        let beside = [PathBuf::from("/proc/self")];
        assert_eq!(find_program(&["stat"], &beside).map(|f| f.is_file()), Some(true));
    }
}
