//! `lakesmith completions` and `lakesmith man`: what shells and `man` need, written from the arguments themselves.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::printer::Printer;

/// Prints the script that completes commands, options and their values in a shell.
pub fn run(shell: Shell, printer: &mut Printer) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "lakesmith", &mut script);
    printer.data(&String::from_utf8_lossy(&script));
    Exit::Done
}

/// Prints the manual page, each command with its options as a section.
pub fn manual(printer: &mut Printer) -> Exit {
    let mut command = Arguments::command();
    command.build();
    let mut page = Vec::new();
    let mut written = clap_mangen::Man::new(command.clone()).render(&mut page);
    for of in command.get_subcommands().filter(|of| !of.is_hide_set() && of.get_name() != "help") {
        let section = clap_mangen::Man::new(of.clone());
        written = written.and_then(|()| {
            page.extend(format!(".SH \"LAKESMITH {}\"\n", of.get_name().to_uppercase()).bytes());
            section.render_description_section(&mut page)?;
            section.render_synopsis_section(&mut page)?;
            section.render_options_section(&mut page)
        });
    }
    match written {
        Ok(()) => {
            printer.data(&String::from_utf8_lossy(&page));
            Exit::Done
        }
        Err(error) => {
            printer.note(&format!("error: the manual page cannot be written: {error}"));
            Exit::Bug
        }
    }
}
