//! What the systems say when something fails, as the troubles that officers are told.

use btleplug::Error;

use crate::ports::seal_link::LinkTrouble;

/// Words in what a system says, where btleplug has no kind of its own for it. BlueZ: the D-Bus names of its errors.
const WORDS: &[(&str, LinkTrouble)] = &[
    // Linux: no Bluetooth service, no bus, or the adapter is blocked or off.
    ("org.freedesktop.DBus.Error.ServiceUnknown", LinkTrouble::RadioOff),
    ("org.freedesktop.DBus.Error.NameHasNoOwner", LinkTrouble::RadioOff),
    ("org.freedesktop.DBus.Error.FileNotFound", LinkTrouble::RadioOff),
    ("org.freedesktop.DBus.Error.NoServer", LinkTrouble::RadioOff),
    ("org.bluez.Error.NotReady", LinkTrouble::RadioOff),
    // Linux: this user may not use Bluetooth.
    ("org.freedesktop.DBus.Error.AccessDenied", LinkTrouble::NotAllowed),
    // Android's SecurityException.
    ("android.permission.", LinkTrouble::NotAllowed),
    // Linux: pairing is wanted and failed.
    ("org.bluez.Error.Authentication", LinkTrouble::NotAccepted),
    ("org.bluez.Error.NotAuthorized", LinkTrouble::NotAccepted),
    // BlueZ's GATT client, under the name org.bluez.Error.Failed, and before it tells that the device is not connected any more.
    ("Not connected", LinkTrouble::LinkLost),
    ("org.bluez.Error.NotConnected", LinkTrouble::LinkLost),
    // ATT errors 05 and 0F, as iOS and Android put them.
    ("uthentication is insufficient", LinkTrouble::NotAccepted),
    ("ncryption is insufficient", LinkTrouble::NotAccepted),
];

/// The trouble, where the error says more than that it did not work.
pub(super) fn of(error: &Error) -> Option<LinkTrouble> {
    match error {
        Error::PermissionDenied => Some(LinkTrouble::NotAllowed),
        // Android says so when Bluetooth is off, too.
        Error::NoAdapterAvailable => Some(LinkTrouble::RadioOff),
        Error::NotConnected => Some(LinkTrouble::LinkLost),
        Error::RuntimeError(_) | Error::Other(_) => {
            // Only this form has the names of D-Bus errors.
            let said = format!("{error:?}");
            WORDS.iter().find(|(word, _)| said.contains(word)).map(|(_, trouble)| trouble.clone())
        }
        _ => None,
    }
}

/// The trouble, or what the system said, for steps in which no seal has part.
pub(super) fn unless_known(error: &Error) -> LinkTrouble {
    of(error).unwrap_or_else(|| LinkTrouble::Unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_systems_say_is_told_in_the_officers_words() {
        let said = |text: &str| of(&Error::RuntimeError(text.to_owned()));
        // Android 12 without the permission, iOS 17 at a value that wants pairing, BlueZ at a link that is not made.
        assert_eq!(
            said("Need android.permission.BLUETOOTH_SCAN permission for AttributionSource"),
            Some(LinkTrouble::NotAllowed)
        );
        assert_eq!(said("Encryption is insufficient."), Some(LinkTrouble::NotAccepted));
        assert_eq!(said("le-connection-abort-by-local"), None);
        assert_eq!(said("Not connected"), Some(LinkTrouble::LinkLost));
        assert_eq!(of(&Error::PermissionDenied), Some(LinkTrouble::NotAllowed));
        assert_eq!(of(&Error::NoAdapterAvailable), Some(LinkTrouble::RadioOff));
        assert_eq!(of(&Error::DeviceNotFound), None);
    }
}
