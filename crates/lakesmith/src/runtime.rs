//! The engine's runtime as this machine and the command line decide it.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::LazyLock;

use lakesmith_engine::{EngineError, Runtime, RuntimeSettings};
use uuid::Uuid;

/// Memory where the machine does not tell how much it has.
const UNKNOWN_MEMORY: usize = 2 << 30;
/// Rows of a batch.
const BATCH_SIZE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(8191);
/// Stack of a worker: plans of deep queries are walked recursively.
const WORKER_STACK_BYTES: usize = 64 << 20;

/// A runtime whose spilled data goes to a folder of its own.
pub fn start(memory_bytes: Option<usize>) -> Result<Runtime, EngineError> {
    Runtime::new(RuntimeSettings {
        memory_bytes: memory_bytes.unwrap_or_else(half_of_memory),
        spill_folder: spill_folder(),
        partitions: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        batch_size: BATCH_SIZE,
        physical_rules: lakesmith_functions::physical_rules(),
    })
}

/// Removes the folder of spilled data, at the end of a command; what other processes of ours spill is not touched.
pub fn clean_up() {
    // a folder that is gone is as good
    let _gone = std::fs::remove_dir_all(spill_folder());
}

/// Where this process spills to. A process that was killed leaves its folder until the next one starts, and its number may be
/// another's by then.
pub fn spill_folder() -> PathBuf {
    static NAME: LazyLock<String> = LazyLock::new(|| format!("lakesmith-{}-{}", std::process::id(), Uuid::new_v4()));
    std::env::temp_dir().join(NAME.as_str())
}

/// Who runs this process, as the environment tells.
#[allow(clippy::disallowed_methods, reason = "the binary reads the environment")]
pub fn user() -> String {
    let told = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    told.filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// Runs something asynchronous to its end on threads of its own.
pub fn block_on<T>(work: impl Future<Output = T>) -> std::io::Result<T> {
    let threads =
        tokio::runtime::Builder::new_multi_thread().thread_stack_size(WORKER_STACK_BYTES).enable_all().build()?;
    Ok(threads.block_on(work))
}

/// Reads a size: `512MB`, `2g`, `1.5 GiB`, or bytes; a unit is a power of 1024.
pub fn size(text: &str) -> Result<usize, String> {
    let wrong = || "write a size such as `512MB` or `2GB`".to_owned();
    let text = text.trim();
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().map_err(|_| wrong())?;
    let power = match text[end..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 1,
        "m" | "mb" | "mib" => 2,
        "g" | "gb" | "gib" => 3,
        "t" | "tb" | "tib" => 4,
        _ => return Err(wrong()),
    };
    let bytes = number * 1024_f64.powi(power);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a size is positive; larger ones saturate"
    )]
    let bytes = bytes as usize;
    if bytes < 1 << 20 { Err("less than 1MB is too little".to_owned()) } else { Ok(bytes) }
}

/// Reads a duration: `90s`, `10m`, `1h`, or seconds.
pub fn duration(text: &str) -> Result<std::time::Duration, String> {
    let text = text.trim();
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..end].parse().map_err(|_| "write a duration such as `90s` or `10m`".to_owned())?;
    let seconds = match text[end..].trim() {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("write a duration such as `90s` or `10m`".to_owned()),
    };
    Ok(std::time::Duration::from_secs(number.saturating_mul(seconds)))
}

pub fn half_of_memory() -> usize {
    let told = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok()
    });
    told.map_or(UNKNOWN_MEMORY, |kibibytes| kibibytes * 512)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_units_of_1024() {
        assert_eq!(size("512MB"), Ok(512 << 20));
        assert_eq!(size("1.5 GiB"), Ok(3 << 29));
        assert_eq!(size("1048576"), Ok(1 << 20));
        assert!(size("many").is_err());
        assert!(size("2 apples").is_err());
        assert!(size("5").is_err());
    }
}
