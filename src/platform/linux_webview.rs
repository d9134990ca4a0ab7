//! WebKitGTK, the webview of the window on Linux.

use dioxus_desktop::window;
use webkit2gtk::glib::object::Cast as _;
use webkit2gtk::{PermissionRequestExt as _, SettingsExt as _, UserMediaPermissionRequest, WebViewExt as _};

/// WebKitGTK refuses the camera unless somebody answers its question, and wry does not.
pub fn allow_camera() {
    use dioxus_desktop::wry::WebViewExtUnix as _;
    let view = window().webview.webview();
    if let Some(settings) = webkit2gtk::WebViewExt::settings(&view) {
        settings.set_enable_media_stream(true);
    }
    view.connect_permission_request(|view, request| {
        use webkit2gtk::UserMediaPermissionRequestExt as _;
        let ours = view.uri().is_some_and(|page| page.starts_with("dioxus://index.html"));
        match request.downcast_ref::<UserMediaPermissionRequest>() {
            Some(media) if ours && media.is_for_video_device() && !media.is_for_audio_device() => request.allow(),
            _ => request.deny(),
        }
        true
    });
}
