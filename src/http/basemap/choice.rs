//! What an operator names as the basemap, and why it is refused.

use std::fmt;
use std::path::{Path, PathBuf};

/// What an operator named: a file, or 天地图 with the key that browsers send. A key is seen by every reader of the map,
/// by nature, but by no reader of the log.
#[derive(Clone)]
pub struct Named(String);

impl From<String> for Named {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Named(…)")
    }
}

/// Why a basemap is refused: where, what was found, what was expected, what to do.
#[derive(Debug, thiserror::Error)]
#[error("底图 {place}：{zh}\nBasemap {place}: {en}")]
pub struct BasemapError {
    place: String,
    zh: String,
    en: String,
}

impl BasemapError {
    pub(super) fn new(place: impl fmt::Display, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { place: place.to_string(), zh: zh.into(), en: en.into() }
    }

    /// A fault of a file.
    pub(super) fn of(path: &Path, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(path.display(), zh, en)
    }
}

/// What 天地图 shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// 矢量底图: a drawn map.
    Drawn,
    /// 影像底图: a picture from above.
    Picture,
}

/// A basemap to be opened.
pub(super) enum Choice {
    Archive(PathBuf),
    Tianditu { view: View, key: String },
}

impl Named {
    /// What the text means. A key is never repeated.
    pub(super) fn choice(&self) -> Result<Choice, BasemapError> {
        let text = self.0.as_str();
        for (scheme, view) in [("tianditu:", View::Drawn), ("tianditu-img:", View::Picture)] {
            let Some(key) = text.strip_prefix(scheme) else { continue };
            if (16..=64).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Ok(Choice::Tianditu { view, key: key.to_owned() });
            }
            return Err(BasemapError::new(
                scheme,
                format!(
                    "密钥有 {} 个字符；应为天地图「浏览器端」密钥，由字母和数字组成（通常 32 个）。请在 \
                     console.tianditu.gov.cn 申请，写作 {scheme}密钥",
                    key.chars().count()
                ),
                format!(
                    "the key has {} characters; expected the key of a browser application of Tianditu, letters and \
                     digits (usually 32). Ask for one at console.tianditu.gov.cn and write {scheme}KEY",
                    key.chars().count()
                ),
            ));
        }
        if let Some((scheme @ ("http" | "https"), _)) = text.split_once("://") {
            return Err(BasemapError::new(
                format!("{scheme}://…"),
                "是网址；应为本机上的 PMTiles 文件，因为服务器不向外发出任何请求。请先下载该文件，再写出它的路径",
                "is an address; expected a PMTiles file on this machine, because the server asks no other host. Download \
                 the file and give its path",
            ));
        }
        Ok(Choice::Archive(PathBuf::from(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_key_is_never_repeated() {
        let named = Named::from(format!("tianditu:{KEY}"));
        assert!(!format!("{named:?}").contains("0123"));
        assert!(matches!(named.choice(), Ok(Choice::Tianditu { view: View::Drawn, key }) if key == KEY));
        for wrong in ["tianditu:", "tianditu:short", "tianditu-img:0123456789abcdef&0123456789abcde"] {
            let Err(why) = Named::from(wrong.to_owned()).choice() else { panic!("{wrong} is taken") };
            assert!(why.to_string().contains("characters") && !why.to_string().contains("0123"), "{why}");
        }
    }

    #[test]
    fn what_is_no_key_is_a_file_and_no_address() {
        let picture = Named::from(format!("tianditu-img:{KEY}")).choice();
        assert!(matches!(picture, Ok(Choice::Tianditu { view: View::Picture, .. })));
        assert!(matches!(Named::from("maps/a.pmtiles".to_owned()).choice(), Ok(Choice::Archive(_))));
        assert!(Named::from("https://example.org/a.pmtiles".to_owned()).choice().is_err());
    }
}
