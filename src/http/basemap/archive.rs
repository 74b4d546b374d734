//! A PMTiles archive on this machine: one file with a pyramid of tiles in it. It is read at positions, never mapped into
//! memory, so that a file that is cut short while it is served costs an answer and not the process.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use pmtiles::{
    AsyncBackend, AsyncPmTilesReader, BackendResponse, Compression, MokaCache, PmtError, PmtResult, TileCoord, TileType,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::choice::BasemapError;
use crate::geometry::tile::WORLD;

/// Bytes of the directories that are kept.
const DIRECTORIES: u64 = 16 << 20;
/// Bytes of a tile, or of what describes the archive, at most.
const LARGEST: usize = 32 << 20;
/// The header and the root directory lie within so many bytes.
const HEAD: usize = 16 * 1024;
/// Bytes of the header.
const HEADER: usize = 127;

/// A file that is read at positions.
struct Positions(Arc<File>);

impl Positions {
    /// Fills a buffer from a position on; says how much of it there was.
    fn fill(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            let (rest, at) = (&mut buffer[filled..], position + filled as u64);
            #[cfg(unix)]
            let read = std::os::unix::fs::FileExt::read_at(file, rest, at);
            #[cfg(windows)]
            let read = std::os::windows::fs::FileExt::seek_read(file, rest, at);
            match read {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => return Err(why),
            }
        }
        Ok(filled)
    }

    fn read(file: &File, position: u64, length: usize) -> io::Result<Bytes> {
        if length > LARGEST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("a part of {length} bytes")));
        }
        let mut buffer = vec![0; length];
        let filled = Self::fill(file, &mut buffer, position)?;
        buffer.truncate(filled);
        Ok(buffer.into())
    }

    async fn answer(&self, position: u64, length: usize) -> PmtResult<Bytes> {
        let file = Arc::clone(&self.0);
        let read = tokio::task::spawn_blocking(move || Self::read(&file, position, length)).await;
        Ok(read.map_err(io::Error::other)??)
    }
}

impl AsyncBackend for Positions {
    async fn read(&self, offset: u64, length: usize) -> PmtResult<BackendResponse> {
        Ok(BackendResponse::new(self.answer(offset, length).await?))
    }
}

/// An archive that is being served.
pub(super) struct Archive {
    reader: AsyncPmTilesReader<Positions, MokaCache>,
    /// What the archive says of itself.
    metadata: Value,
    /// Which archive it is: the same file has the same name on every server.
    pub state: String,
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive").field("state", &self.state).finish_non_exhaustive()
    }
}

/// A tile as it lies in the archive.
pub(super) struct Stored {
    pub bytes: Bytes,
    pub gzip: bool,
}

impl Archive {
    /// Opens an archive, if all that the map needs of it is there.
    pub async fn open(path: &Path) -> Result<Self, BasemapError> {
        let unreadable = |why: io::Error| {
            BasemapError::of(
                path,
                "无法读取；应为一个可读的 PMTiles 文件。请检查路径与权限",
                format!("cannot be read ({why}); expected a PMTiles file. Check the path and its permissions"),
            )
        };
        let file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let head = Positions::read(&file, 0, HEAD).map_err(unreadable)?;
        check(path, &head, length)?;
        let state = hex::encode(&Sha256::new().chain_update(&head).chain_update(length.to_le_bytes()).finalize()[..8]);

        let damaged = |why: PmtError| {
            BasemapError::of(
                path,
                format!("已损坏（{why}）；应为完整的 PMTiles 第 3 版文件。请用 pmtiles verify 检查，或重新生成"),
                format!(
                    "is damaged ({why}); expected a whole PMTiles file of version 3. Try pmtiles verify, or make it anew"
                ),
            )
        };
        let cache = MokaCache::with_max_bytes(DIRECTORIES);
        let reader =
            AsyncPmTilesReader::try_from_cached_source(Positions(Arc::new(file)), cache).await.map_err(damaged)?;
        let metadata = match number(&head, 32) {
            0 => Value::Null,
            _ => {
                let text = reader.get_metadata().await.map_err(damaged)?;
                serde_json::from_str(&text).map_err(|_| damaged(PmtError::InvalidMetadata))?
            }
        };
        let archive = Self { reader, metadata, state };
        archive.suits(path)?;
        Ok(archive)
    }

    /// Whether a browser can draw what is in it.
    fn suits(&self, path: &Path) -> Result<(), BasemapError> {
        let header = self.reader.get_header();
        let plain = matches!(header.tile_compression, Compression::None | Compression::Gzip)
            || (header.tile_compression == Compression::Unknown && header.tile_type != TileType::Mvt);
        if self.suffix().is_none() || !plain {
            let found = format!("{:?}, {:?}", header.tile_type, header.tile_compression);
            return Err(BasemapError::of(
                path,
                format!("瓦片为 {found}；应为 MVT、PNG、JPEG、WebP 或 AVIF，不压缩或以 gzip 压缩。请转换后再用"),
                format!(
                    "has tiles of {found}; expected MVT, PNG, JPEG, WebP or AVIF, not compressed or by gzip. Convert it \
                     first"
                ),
            ));
        }
        let layers = self.metadata["vector_layers"].as_array().map_or(0, Vec::len);
        if header.tile_type == TileType::Mvt && layers == 0 {
            return Err(BasemapError::of(
                path,
                "元数据没有 vector_layers，因此无从知道有哪些图层；应列出各图层的 id。请用 tippecanoe、planetiler 等重新生成",
                "has no vector_layers in its metadata, so its layers are not known; expected the id of each. Make it anew \
                 with tippecanoe, planetiler or the like",
            ));
        }
        Ok(())
    }

    /// How the name of a tile ends; none where browsers do not draw such tiles.
    pub fn suffix(&self) -> Option<&'static str> {
        Some(match self.reader.get_header().tile_type {
            TileType::Mvt => "mvt",
            TileType::Png => "png",
            TileType::Jpeg => "jpg",
            TileType::Webp => "webp",
            TileType::Avif => "avif",
            TileType::Mlt | TileType::Unknown => return None,
        })
    }

    /// The media type of its tiles.
    pub fn media(&self) -> &'static str {
        self.reader.get_header().tile_type.content_type()
    }

    /// TileJSON of the archive, but for where its tiles are.
    pub fn about(&self, path: &Path) -> Value {
        let header = self.reader.get_header();
        let bounds = [header.min_longitude, header.min_latitude, header.max_longitude, header.max_latitude];
        let text = |name: &str| self.metadata[name].as_str().map(str::trim).filter(|text| !text.is_empty());
        let name = text("name").map(str::to_owned);
        let file = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut about = json!({
            "name": name.unwrap_or_else(file),
            "attribution": text("attribution"),
            "minzoom": header.min_zoom,
            "maxzoom": header.max_zoom,
            "bounds": if bounds[0] < bounds[2] && bounds[1] < bounds[3] { bounds } else { WORLD },
            "format": self.suffix(),
        });
        if header.tile_type == TileType::Mvt {
            about["vector_layers"] = self.metadata["vector_layers"].clone();
        }
        about
    }

    /// A tile, packed as it lies there if the client takes that; none where the archive has none.
    pub async fn tile(&self, tile: TileCoord, packed: bool) -> PmtResult<Option<Stored>> {
        let gzip = self.reader.get_header().tile_compression == Compression::Gzip;
        let bytes = if gzip && !packed {
            self.reader.get_tile_decompressed(tile).await?
        } else {
            self.reader.get_tile(tile).await?
        };
        Ok(bytes.map(|bytes| Stored { bytes, gzip: gzip && packed }))
    }
}

/// A number of the header.
fn number(head: &[u8], at: usize) -> u64 {
    head.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// Whether a file begins like an archive and is as long as it says.
fn check(path: &Path, head: &[u8], length: u64) -> Result<(), BasemapError> {
    let cut = |whole: u64| {
        BasemapError::of(
            path,
            format!("不完整：有 {length} 字节，应有 {whole} 字节。请重新复制或下载"),
            format!("is cut short: it has {length} bytes, expected {whole}. Copy or download it again"),
        )
    };
    if !head.starts_with(b"PMTiles") {
        return Err(BasemapError::of(
            path,
            "不是 PMTiles 文件（开头不是 PMTiles）；应为 .pmtiles 文件。MBTiles 可用 pmtiles convert 转换",
            "is no PMTiles file (it does not begin with PMTiles); expected a .pmtiles file. pmtiles convert makes one of \
             an MBTiles file",
        ));
    }
    if head.len() < HEADER {
        return Err(cut(HEADER as u64));
    }
    if head[7] != 3 {
        return Err(BasemapError::of(
            path,
            format!("是 PMTiles 第 {} 版；应为第 3 版。请用 pmtiles convert 转换", head[7]),
            format!("is PMTiles of version {}; expected version 3. Convert it with pmtiles convert", head[7]),
        ));
    }
    // Offset and length of each part: root directory, metadata, leaf directories, tiles.
    let ends = [8, 24, 40, 56].map(|at| number(head, at).saturating_add(number(head, at + 8)));
    let whole = ends.into_iter().max().unwrap_or_default();
    if whole > length { Err(cut(whole)) } else { Ok(()) }
}
