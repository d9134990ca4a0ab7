//! `seal-central enrol …` and `seal-central devices …`: letting phones in, and out.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use jiff::tz::{Offset, TimeZone};
use p256::pkcs8::der::pem;
use qrcode::render::{svg, unicode::Dense1x2};
use qrcode::{EcLevel, QrCode};
use seal_central::{DeviceLine, Revoke, ServerConfig, Stores, Terms};
use seal_core::enrolment::{Offer, QR_CHARACTERS};
use seal_core::ids::{DeviceId, OfficeCode};

use crate::seal_command::{existing, open};

pub const USAGE: &str = "\
       seal-central enrol --unit CODE --address URL (--root FILE.pem... | --public-roots)
                          [--count N] [--expires TIME] [--certificate-days N] [--svg FILE] --data DIR
       seal-central enrol withdraw --data DIR
       seal-central devices list --data DIR
       seal-central devices revoke ID --data DIR
";

/// First words of these commands.
pub const NAMES: [&str; 2] = ["enrol", "devices"];

type Failure = Box<dyn std::error::Error>;

/// Runs one of [`NAMES`]; `args` come after it.
pub fn run(what: &str, args: impl Iterator<Item = String>, stores: &Stores) -> Result<(), Failure> {
    let mut args = args.peekable();
    match what {
        "enrol" if args.next_if(|word| word == "withdraw").is_some() => {
            let Place { data, kek } = place(args)?;
            println!("withdrawn: {}", existing(data, kek, stores)?.withdraw_offers()?);
            Ok(())
        }
        "enrol" => enrol(args, stores),
        _ => devices(args, stores),
    }
}

/// Where the central is.
struct Place {
    data: PathBuf,
    kek: Option<PathBuf>,
}

fn place(mut args: impl Iterator<Item = String>) -> Result<Place, Failure> {
    let (mut data, mut kek) = (None, None);
    while let Some(option) = args.next() {
        let value = args.next().ok_or_else(|| format!("{option} needs a value"))?;
        match option.as_str() {
            "--data" => data = Some(value.into()),
            "--seal-kek" => kek = Some(value.into()),
            _ => return Err(format!("{option} is not understood here").into()),
        }
    }
    Ok(Place { data: data.ok_or("--data is missing")?, kek })
}

fn enrol(mut args: impl Iterator<Item = String>, stores: &Stores) -> Result<(), Failure> {
    let (mut data, mut kek, mut unit, mut address, mut picture) = (None, None, None, None, None);
    let (mut roots, mut public) = (Vec::new(), false);
    let (mut phones, mut holds, mut days) = (1, SignedDuration::from_hours(24), 730);
    while let Some(option) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{option} needs a value"));
        match option.as_str() {
            "--data" => data = Some(PathBuf::from(value()?)),
            "--seal-kek" => kek = Some(PathBuf::from(value()?)),
            "--unit" => unit = Some(OfficeCode::parse(&value()?)?),
            "--address" => address = Some(value()?),
            "--root" => roots.extend(certificates(Path::new(&value()?))?),
            "--public-roots" => public = true,
            "--count" => phones = value()?.parse().map_err(|e| format!("--count: {e}"))?,
            "--expires" => holds = value()?.parse().map_err(|e| format!("--expires: {e}"))?,
            "--certificate-days" => days = value()?.parse().map_err(|e| format!("--certificate-days: {e}"))?,
            "--svg" => picture = Some(PathBuf::from(value()?)),
            _ => return Err(format!("{option} is not understood here").into()),
        }
    }
    let (data, unit) = (data.ok_or("--data is missing")?, unit.ok_or("--unit is missing")?);
    let address = address.ok_or("--address is missing: it is what phones shall connect to")?;
    if roots.is_empty() != public {
        return Err("name either the authority that certifies the address (--root), or --public-roots".into());
    }
    let certificate = SignedDuration::from_hours(24 * i64::from(days));
    let central = open(ServerConfig::of_folder(data, stores)?, kek)?;
    let offer = central.offer_enrolment(&address, roots, &Terms { unit, holds, phones, certificate })?;
    show(&offer, phones, picture.as_deref())
}

/// Prints the offer, and draws its code.
fn show(offer: &Offer, phones: u32, picture: Option<&Path>) -> Result<(), Failure> {
    let text = offer.text()?;
    let code =
        (text.len() <= QR_CHARACTERS).then(|| QrCode::with_error_correction_level(&text, EcLevel::L)).transpose()?;
    match (&code, picture) {
        (Some(code), Some(file)) => {
            let drawing = code.render::<svg::Color<'_>>().min_dimensions(480, 480).build();
            seal_central::write_private(file, &drawing)?;
        }
        (None, Some(_)) => {
            return Err(
                "the certificates are too large for a code: hand over the text, or use a root with an elliptic key"
                    .into(),
            );
        }
        _ => {}
    }
    if let Some(code) = code.filter(|_| std::io::stdout().is_terminal()) {
        // Black on white, whatever the terminal's own colours are.
        for line in code.render::<Dense1x2>().build().lines() {
            println!("\x1b[38;5;16;48;5;231m{line}\x1b[0m");
        }
    }
    let vietnam = TimeZone::fixed(Offset::constant(7));
    println!("{text}\n");
    println!("address  {}", offer.address);
    println!("unit     {}", offer.unit);
    println!("central  {}", offer.central);
    for root in offer.root_prints() {
        println!("root     {root}");
    }
    println!("phones   {phones}");
    println!("until    {}", offer.expires.to_zoned(vietnam).strftime("%Y-%m-%d %H:%M %:z"));
    eprintln!("whoever sees this before it is used up can enrol a phone: `seal-central enrol withdraw` ends it");
    Ok(())
}

/// Certificates of a PEM file, as DER.
fn certificates(file: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    let told = |why: String| format!("{}: {why}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| told(error.to_string()))?;
    let mut found = Vec::new();
    for part in text.split(BEGIN).skip(1) {
        let end =
            part.find("-----END CERTIFICATE-----").ok_or_else(|| told("a certificate is cut short".to_owned()))?;
        let block = format!("{BEGIN}{}-----END CERTIFICATE-----\n", part[..end].replace('\r', ""));
        found.push(pem::decode_vec(block.as_bytes()).map_err(|error| told(error.to_string()))?.1);
    }
    if found.is_empty() {
        return Err(told("no certificate in PEM form".to_owned()).into());
    }
    Ok(found)
}

fn devices(mut args: impl Iterator<Item = String>, stores: &Stores) -> Result<(), Failure> {
    match args.next().as_deref() {
        Some("list") => {
            let Place { data, kek } = place(args)?;
            let central = existing(data, kek, stores)?;
            println!("device\tunit\tkey\tissued\texpires\tstate");
            central.devices()?.iter().for_each(|line| println!("{}", row(line)));
            Ok(())
        }
        Some("revoke") => {
            let device: DeviceId = args.next().ok_or("`devices revoke` needs a device")?.parse()?;
            let Place { data, kek } = place(args)?;
            crate::seal_command::revoke(data, kek, stores, &Revoke::Device(device))
        }
        _ => Err(format!("after `devices` comes `list` or `revoke`\n\n{USAGE}").into()),
    }
}

fn row(DeviceLine { device, certificate, revoked, .. }: &DeviceLine) -> String {
    let state = |open: &str| if *revoked { "revoked".to_owned() } else { open.to_owned() };
    match certificate {
        Some(of) => format!("{device}\t{}\t{}\t{}\t{}\t{}", of.unit, of.home, of.issued, of.expires, state("enrolled")),
        None => format!("{device}\t\t\t\t\t{}", state("not enrolled")),
    }
}
