//! Sitemaps: lists of a site's addresses in XML or text, also packed, also lists of lists.

use std::collections::{HashSet, VecDeque};
use std::io::Read as _;
use std::time::Duration;

use botplot_egress::{Client, Error, GetLimits, Policy};
use flate2::read::GzDecoder;
use quick_xml::Reader;
use quick_xml::events::Event;
use tokio::time::Instant;
use url::Url;

const MAX_BYTES: usize = 10 << 20;
const MAX_FILES: usize = 30;
const MAX_ADDRESSES: usize = 20_000;

/// What the sitemaps of a site gave.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The addresses that they list, each once, in order.
    pub(super) pages: Vec<Url>,
    /// Sitemaps that could not be used, with the reason.
    pub(super) faults: Vec<(Url, String)>,
}

/// Fetches `named` sitemaps and those that they list until `deadline`; a `guessed` one may be missing without a word.
pub(super) async fn load(
    client: &Client,
    named: Vec<Url>,
    guessed: Option<Url>,
    timeout: Duration,
    deadline: Instant,
) -> Found {
    let mut found = Found::default();
    let mut seen: HashSet<Url> = HashSet::new();
    let mut pages: HashSet<Url> = HashSet::new();
    let mut queue: VecDeque<(Url, bool)> = named.into_iter().map(|url| (url, true)).collect();
    queue.extend(guessed.map(|url| (url, false)));
    while let Some((url, named)) = queue.pop_front() {
        if !seen.insert(url.clone()) {
            continue;
        }
        if Instant::now() >= deadline {
            found.faults.push((url, "the time limit is reached".into()));
            break;
        }
        if seen.len() > MAX_FILES || pages.len() >= MAX_ADDRESSES {
            found
                .faults
                .push((url, format!("only {MAX_FILES} sitemaps and {MAX_ADDRESSES} addresses are read")));
            break;
        }
        match fetch(client, &url, timeout).await {
            Ok(listed) => {
                queue.extend(
                    listed.sitemaps.iter().filter_map(|text| url.join(text).ok()).map(|url| (url, true)),
                );
                let new = listed.pages.iter().filter_map(|text| url.join(text).ok());
                found.pages.extend(new.filter(|page| pages.insert(page.clone())));
            }
            Err(_) if !named => {}
            Err(why) => found.faults.push((url, why)),
        }
    }
    found
}

async fn fetch(client: &Client, url: &Url, timeout: Duration) -> Result<Listed, String> {
    let limits = GetLimits { max_bytes: MAX_BYTES, timeout, validators: None };
    let answer = client.get(Policy::Tenant, url, &limits).await.map_err(|e: Error| e.to_string())?;
    let read = tokio::task::spawn_blocking(move || parse(&answer.body)).await;
    read.map_err(|_| "it is broken in a way that can't be read".to_string())?
}

/// The entries of one sitemap.
#[derive(Debug, Default, PartialEq, Eq)]
struct Listed {
    pages: Vec<String>,
    sitemaps: Vec<String>,
}

fn parse(bytes: &[u8]) -> Result<Listed, String> {
    let mut unpacked = Vec::new();
    let bytes = if bytes.starts_with(b"\x1f\x8b") {
        let limit = MAX_BYTES as u64 + 1;
        GzDecoder::new(bytes)
            .take(limit)
            .read_to_end(&mut unpacked)
            .map_err(|e| format!("it can't be unpacked ({e})"))?;
        if unpacked.len() > MAX_BYTES {
            return Err(format!("it is larger than {} MB when unpacked", MAX_BYTES >> 20));
        }
        &unpacked
    } else {
        bytes
    };
    let text = crate::decode::text(bytes, None).map_err(|e| e.0)?;
    if text.trim_start().starts_with('<') {
        return xml(&text);
    }
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with("http")).take(MAX_ADDRESSES);
    Ok(Listed { pages: lines.map(String::from).collect(), sitemaps: Vec::new() })
}

/// Reads `<loc>` below `<url>` and `<sitemap>`. Entities of a DTD are not expanded.
fn xml(text: &str) -> Result<Listed, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut listed = Listed::default();
    let (mut in_sitemap, mut location) = (false, None::<String>);
    let mut is_sitemap = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => match tag.local_name().as_ref() {
                "urlset" | "sitemapindex" => is_sitemap = true,
                "sitemap" => in_sitemap = true,
                "url" => in_sitemap = false,
                "loc" => location = Some(String::new()),
                _ => {}
            },
            Ok(Event::Text(part)) => {
                if let Some(location) = &mut location {
                    location.push_str(&part);
                }
            }
            Ok(Event::CData(part)) => {
                if let Some(location) = &mut location {
                    location.push_str(&part);
                }
            }
            Ok(Event::GeneralRef(entity)) => {
                if let Some(location) = &mut location {
                    location.push_str(resolved(&entity));
                }
            }
            Ok(Event::End(tag)) if tag.local_name().as_ref() == "loc" => {
                let list = if in_sitemap { &mut listed.sitemaps } else { &mut listed.pages };
                let address = location.take().unwrap_or_default().trim().to_string();
                if !address.is_empty() && list.len() < MAX_ADDRESSES {
                    list.push(address);
                }
            }
            Ok(Event::Eof) if is_sitemap => return Ok(listed),
            Ok(Event::Eof) => return Err("it is no sitemap".into()),
            // What came before the fault is as good as it was.
            Err(_) if !listed.pages.is_empty() || !listed.sitemaps.is_empty() => return Ok(listed),
            Err(e) => return Err(format!("it is no XML ({e})")),
            Ok(_) => {}
        }
    }
}

fn resolved(entity: &str) -> &'static str {
    match entity {
        "amp" | "#38" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" | "#39" => "'",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    const URLS: &str = "<?xml version='1.0'?><urlset xmlns='x'><url><loc> https://a.example/1?a=1&amp;b=2 </loc>\
        <image:image><image:loc/></image:image></url><url><loc><![CDATA[https://a.example/2]]></loc></url></urlset>";

    #[test]
    fn xml_text_and_packed_sitemaps_are_read() {
        let pages = vec!["https://a.example/1?a=1&b=2".to_string(), "https://a.example/2".to_string()];
        assert_eq!(parse(URLS.as_bytes()).unwrap().pages, pages);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(URLS.as_bytes()).unwrap();
        assert_eq!(parse(&gzip.finish().unwrap()).unwrap().pages, pages);
        assert_eq!(parse(b"https://a.example/x\n\n# no\nhttps://a.example/y").unwrap().pages.len(), 2);
        let index = "<sitemapindex><sitemap><loc>/s1.xml</loc></sitemap></sitemapindex>";
        assert_eq!(parse(index.as_bytes()).unwrap().sitemaps, ["/s1.xml"]);
    }

    #[test]
    fn other_files_and_bombs_have_a_reason() {
        assert_eq!(parse(b"<html><body>hi</body></html>").unwrap_err(), "it is no sitemap");
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        (0..40).for_each(|_| gzip.write_all(&vec![b' '; 1 << 20]).unwrap());
        assert_eq!(parse(&gzip.finish().unwrap()).unwrap_err(), "it is larger than 10 MB when unpacked");
        let lol = "<!DOCTYPE x [<!ENTITY a 'https://evil.example/'><!ENTITY b '&a;&a;&a;'>]><urlset><url><loc>&b;&b;</loc></url></urlset>";
        assert_eq!(parse(lol.as_bytes()).unwrap(), Listed::default());
        assert!(parse(b"").is_err());
    }

    #[test]
    fn a_broken_end_keeps_what_came_before() {
        let cut = &URLS[..URLS.len() - 30];
        assert_eq!(parse(cut.as_bytes()).unwrap().pages.len(), 1);
    }
}
