//! UN/EDIFACT code lists (D.21B) as stored codes. People see words, the database and the wire see these codes.

use serde::{Deserialize, Serialize};

macro_rules! code_list {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $code)] $variant),+
        }

        impl $name {
            /// Every value of the list, in the standard's order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The standard's code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code),+
                }
            }
        }
    };
}

code_list! {
    /// UN/EDIFACT 4517, seal condition code.
    SealCondition {
        /// In right condition.
        Right = "1",
        /// Damaged.
        Damaged = "2",
        /// Missing.
        Missing = "3",
        /// Broken.
        Broken = "4",
        /// Faulty electronic seal.
        FaultyElectronic = "5",
    }
}

code_list! {
    /// UN/EDIFACT 9303, sealing party name code.
    SealingParty {
        /// Consolidator.
        Consolidator = "AA",
        /// Unknown.
        Unknown = "AB",
        /// Quarantine agency.
        Quarantine = "AC",
        /// Carrier.
        Carrier = "CA",
        /// Customs.
        Customs = "CU",
        /// Shipper.
        Shipper = "SH",
        /// Terminal operator.
        Terminal = "TO",
    }
}

code_list! {
    /// UN/EDIFACT 4525, seal type code.
    SealType {
        /// Mechanical seal.
        Mechanical = "1",
        /// Electronic seal.
        Electronic = "2",
        /// Air fresh vent.
        AirFreshVent = "3",
    }
}

code_list! {
    /// ISO 17712 class of a mechanical seal.
    Iso17712 {
        /// Indicative.
        Indicative = "I",
        /// Security.
        Security = "S",
        /// High security.
        High = "H",
    }
}

code_list! {
    /// The customs seal kinds that branch software numbers 1 to 5 (domain 1.7).
    CustomsSealKind {
        /// Seal dây cáp đồng.
        CopperCable = "1",
        /// Seal dây cáp thép.
        SteelCable = "2",
        /// Seal container.
        Container = "3",
        /// Seal dây nhựa dẹt.
        FlatPlastic = "4",
        /// Seal định vị điện tử.
        Electronic = "5",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_travel_as_the_standards_codes() {
        assert_eq!(serde_json::to_string(&SealCondition::FaultyElectronic).unwrap(), "\"5\"");
        assert_eq!(serde_json::from_str::<SealingParty>("\"CU\"").unwrap(), SealingParty::Customs);
        assert_eq!(SealType::ALL.len(), 3);
    }
}
