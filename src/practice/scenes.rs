//! Scenes to photograph in practice: drawn pictures of 1280 x 720.

macro_rules! scenes {
    ($($name:literal: $words:literal),+ $(,)?) => {
        /// Name, words for the list, and JPEG bytes.
        pub const SCENES: &[(&str, &str, &[u8])] =
            &[$(($name, $words, include_bytes!(concat!("../../assets/practice/photos/", $name, ".jpg")))),+];
    };
}

scenes! {
    "doors": "Cửa container",
    "rope_path": "Cáp qua tai khóa",
    "closed_lock": "Seal đã khóa, số seal",
    "plates": "Biển số xe, moóc",
    "housing": "Vỏ seal khi kiểm tra",
    "cut_seal": "Cáp bị cắt",
    "parcel": "Kiện seal",
    "paper": "Tờ giấy",
    "blurred": "Ảnh mờ",
}
