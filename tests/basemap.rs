//! A basemap from outside: archives written by another's program are served as they are, bad ones refused at the start,
//! and without one no other host is named.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use common::database::sqlite;
use common::server::{RIVERTON, Server, import, planatlas};
use pmtiles::{Compression, PmTilesWriter, TileCoord, TileType};
use serde_json::{Value, json};
use tempfile::TempDir;

/// No picture, but the server does not look into tiles.
const TILE: &[u8] = b"\x89PNG made-up tile";

/// An archive of a few tiles.
fn archive(file: &Path, kind: TileType, compression: Compression, metadata: &Value) {
    let mut writer = PmTilesWriter::new(kind)
        .tile_compression(compression)
        .min_zoom(0)
        .max_zoom(2)
        .bounds(165.0, 10.0, 166.0, 11.0)
        .metadata(metadata.to_string())
        .create(File::create(file).unwrap())
        .unwrap();
    for (z, x, y) in [(0, 0, 0), (1, 1, 0), (2, 3, 1)] {
        let tile = [TILE, format!(" {z}/{x}/{y}").as_bytes()].concat().repeat(20);
        writer.add_tile(TileCoord::new(z, x, y).unwrap(), &tile).unwrap();
    }
    writer.finalize().unwrap();
}

/// A database with the invented city, and a place for archives.
fn city() -> (TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("riverton.db").display());
    import(&[RIVERTON], &url);
    (directory, url)
}

fn policy(server: &Server) -> String {
    server.get("/").headers()["content-security-policy"].to_str().unwrap().to_owned()
}

#[test]
fn an_archive_is_served_from_here() {
    let (place, url) = city();
    let file = place.path().join("streets.pmtiles");
    let layers = json!([{ "id": "roads", "fields": {} }]);
    archive(&file, TileType::Mvt, Compression::Gzip, &json!({ "name": "Streets", "vector_layers": layers }));
    let server = Server::start_with(&url, &["--basemap", file.to_str().unwrap()]);

    let answer = server.get("/basemap.json");
    let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(answer.headers()["cache-control"], "public, no-cache");
    let said: Value = answer.json().unwrap();
    assert_eq!(server.get_with("/basemap.json", &[("if-none-match", &tag)]).status(), 304);
    assert_eq!((said["name"].as_str(), said["format"].as_str()), (Some("Streets"), Some("mvt")));
    assert_eq!((said["minzoom"].as_u64(), said["maxzoom"].as_u64()), (Some(0), Some(2)));
    assert_eq!(said["bounds"], json!([165.0, 10.0, 166.0, 11.0]));
    assert_eq!(said["vector_layers"][0]["id"], "roads");

    let address = said["tiles"][0].as_str().unwrap();
    let path = address.strip_prefix(&format!("http://{}", server.address())).unwrap().to_owned();
    let at = |z: u32, x: u32, y: u32| {
        path.replace("{z}", &z.to_string()).replace("{x}", &x.to_string()).replace("{y}", &y.to_string())
    };
    let plain = [TILE, b" 1/1/0"].concat().repeat(20);
    let unpacked = server.get(&at(1, 1, 0));
    assert_eq!(unpacked.status(), 200);
    assert_eq!(unpacked.headers()["content-type"], "application/vnd.mapbox-vector-tile");
    assert_eq!(unpacked.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert!(!unpacked.headers().contains_key("content-encoding"));
    let tag = unpacked.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(unpacked.bytes().unwrap(), plain);
    // Packed tiles go out as they lie in the archive to whoever takes them.
    let packed = server.get_with(&at(1, 1, 0), &[("accept-encoding", "gzip")]);
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let packed = packed.bytes().unwrap();
    assert!(fs::read(&file).unwrap().windows(packed.len()).any(|part| part == packed));

    assert_eq!(server.get_with(&at(1, 1, 0), &[("if-none-match", &tag)]).status(), 304);
    assert_eq!(server.get(&at(1, 0, 1)).status(), 204);
    for wrong in [at(1, 2, 0), at(40, 0, 0), at(1, 1, 0).replace(".mvt", ".png"), "/basemap/none/1/1/0.mvt".to_owned()]
    {
        let answer = server.get(&wrong);
        assert_eq!((answer.status().as_u16(), &answer.headers()["cache-control"]), (404, &"no-store".parse().unwrap()));
        assert!(answer.text().unwrap().contains("/basemap.json"), "{wrong}");
    }
    // The page still asks this server alone.
    assert_eq!(policy(&server), policy(&Server::start(&url)));
}

#[test]
fn the_same_file_has_the_same_address_everywhere_and_another_one_another() {
    let (place, url) = city();
    let state = |name: &str, metadata: &Value| {
        let file = place.path().join(name);
        archive(&file, TileType::Png, Compression::None, metadata);
        let server = Server::start_with(&url, &["--basemap", file.to_str().unwrap()]);
        let said: Value = server.get("/basemap.json").json().unwrap();
        said["tiles"][0].as_str().unwrap().rsplit('/').nth(3).unwrap().to_owned()
    };
    let first = state("a.pmtiles", &json!({}));
    assert_eq!(first, state("b.pmtiles", &json!({})));
    assert_ne!(first, state("c.pmtiles", &json!({ "name": "another" })));
}

#[test]
fn a_file_cut_short_while_it_is_served_costs_a_tile_and_not_the_server() {
    let (place, url) = city();
    let file = place.path().join("pictures.pmtiles");
    archive(&file, TileType::Png, Compression::None, &json!({}));
    let server = Server::start_with(&url, &["--basemap", file.to_str().unwrap()]);
    let said: Value = server.get("/basemap.json").json().unwrap();
    let state = said["tiles"][0].as_str().unwrap().rsplit('/').nth(3).unwrap().to_owned();
    File::options().write(true).open(&file).unwrap().set_len(200).unwrap();
    let answer = server.get(&format!("/basemap/{state}/2/3/1.png"));
    assert_eq!((answer.status().as_u16(), &answer.headers()["cache-control"]), (500, &"no-store".parse().unwrap()));
    assert!(server.logged().contains("a tile of the basemap cannot be read"));
    assert_eq!(server.get("/readyz").status(), 200);
}

#[test]
fn tianditu_is_named_in_the_policy_and_its_key_in_no_log() {
    let (_place, url) = city();
    let key = "0123456789abcdef0123456789abcdef";
    let server = Server::start_with(&url, &["--basemap", &format!("tianditu-img:{key}")]);
    let policy = policy(&server);
    assert!(policy.contains("; connect-src 'self' https://t0.tianditu.gov.cn "), "{policy}");
    let said: Value = server.get("/basemap.json").json().unwrap();
    assert_eq!(said["tiles"].as_array().unwrap().len(), 8);
    let address = said["tiles"][3].as_str().unwrap();
    assert!(address.starts_with("https://t3.tianditu.gov.cn/img_w/wmts?") && address.ends_with(key), "{address}");
    assert_eq!(server.get("/basemap/none/1/1/0.png").status(), 404);
    assert!(!server.logged().contains(key));
}

#[test]
fn without_configuration_there_is_none() {
    let (_place, url) = city();
    let server = Server::start(&url);
    assert_eq!(server.get("/basemap.json").status(), 204);
    assert_eq!(server.get("/basemap/none/0/0/0.png").status(), 404);
    assert!(!policy(&server).contains("connect-src") && !policy(&server).contains("http"));
}

#[test]
fn what_cannot_be_drawn_is_refused_at_the_start() {
    let place = tempfile::tempdir().unwrap();
    let file = |name: &str| place.path().join(name);
    let written = |name: &str, bytes: &[u8]| {
        File::create(file(name)).unwrap().write_all(bytes).unwrap();
        file(name)
    };
    let good = file("good.pmtiles");
    archive(&good, TileType::Png, Compression::None, &json!({}));
    let bytes = fs::read(&good).unwrap();
    let mut old = bytes.clone();
    old[7] = 2;
    let mut scrambled = bytes.clone();
    scrambled[127..160].fill(0xff);
    let nameless = file("nameless.pmtiles");
    archive(&nameless, TileType::Mvt, Compression::Gzip, &json!({}));
    let unknown = file("unknown.pmtiles");
    archive(&unknown, TileType::Mlt, Compression::None, &json!({}));

    let refused: [(PathBuf, &str, &str); 9] = [
        (file("absent.pmtiles"), "无法读取", "cannot be read"),
        (place.path().to_owned(), "无法读取", "cannot be read"),
        (written("text.pmtiles", b"PK not an archive"), "不是 PMTiles 文件", "is no PMTiles file"),
        (written("short.pmtiles", &bytes[..100]), "不完整", "has 100 bytes, expected 127"),
        (written("old.pmtiles", &old), "第 2 版", "of version 2; expected version 3"),
        (written("cut.pmtiles", &bytes[..bytes.len() - 1]), "不完整", "is cut short: it has"),
        (written("scrambled.pmtiles", &scrambled), "已损坏", "is damaged"),
        (nameless, "vector_layers", "has no vector_layers"),
        (unknown, "瓦片为", "expected MVT, PNG"),
    ];
    for (path, zh, en) in refused {
        let said = start(&sqlite().url, path.to_str().unwrap());
        assert!(said.contains(path.to_str().unwrap()) && said.contains(zh) && said.contains(en), "{said}");
    }
    let secret = "0123456789abcdef&0123456789abcde";
    let said = start(&sqlite().url, &format!("tianditu:{secret}"));
    assert!(said.contains("32 characters") && !said.contains(secret), "{said}");
    assert!(start(&sqlite().url, "https://example.org/a.pmtiles").contains("Download"));
}

/// What a server says that does not start.
fn start(url: &str, basemap: &str) -> String {
    let output =
        planatlas(&["serve", "--listen", "127.0.0.1:0", "--database", url, "--basemap", basemap]).output().unwrap();
    assert!(!output.status.success(), "{basemap} is taken");
    String::from_utf8(output.stderr).unwrap()
}
