//! One opening of a device's screens, for every renderer.

use std::net::SocketAddr;
use std::sync::Arc;

use super::panel::Panel;
use super::set::{PracticeDevice, PracticeSet};
use crate::actions::Kit;
use crate::adapters::camera_hub::Cameras;
use crate::adapters::hub_camera::HubCamera;
use crate::adapters::paper_hub::Papers;
use crate::adapters::pdf::PdfPress;
use crate::ui::desk::DeskParts;
use seal_prints::MARK;

/// What `device`'s screens work with. Each opening has a camera of its own, so that two pages of one device do not
/// fight over it, and papers of its own. `server`: where camera, sheets and papers are served, when not by the page's own origin.
/// Call inside a Tokio runtime.
#[must_use]
pub fn parts(
    set: &Arc<PracticeSet>,
    device: &Arc<PracticeDevice>,
    cameras: &Cameras,
    papers: &Papers,
    server: Option<SocketAddr>,
) -> DeskParts {
    let hub = cameras.open();
    let camera_url = server.map_or_else(|| format!("/frames?secret={}", hub.secret()), |address| hub.url(address));
    let panel = Panel::new(Arc::clone(set), Arc::clone(device));
    let panel = match server {
        Some(address) => panel.in_a_window(address),
        None => panel,
    };
    DeskParts {
        kit: Kit {
            camera: Arc::new(HubCamera::new(hub)),
            press: Arc::new(PdfPress::marked(MARK)),
            outlet: papers.open(server),
            ..device.kit().clone()
        },
        sync: Arc::new(device.device.sync.clone()),
        practice: Some(Arc::new(panel)),
        camera_url: Some(camera_url),
    }
}
