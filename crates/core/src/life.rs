//! Where a seal stands in its life: as the register says, and what later facts make of it. An electronic seal is re-used and
//! never becomes "used"; a mechanical one is used once, and nothing makes it unused again.

use crate::codes::SealType;
use crate::doc::SealLife;

/// What a seal of that type is in the register: an entry that calls an electronic seal used means one in service.
#[must_use]
pub fn as_registered(seal_type: SealType, life: SealLife) -> SealLife {
    if seal_type == SealType::Electronic && life == SealLife::Used { SealLife::InService } else { life }
}

/// A seal of that type may go from one stage of its life to another by somebody's word.
#[must_use]
pub fn may_become(seal_type: SealType, from: SealLife, to: SealLife) -> bool {
    use SealLife::{Damaged, InService, Lost, Retired, Used};
    if from == to {
        return false;
    }
    match seal_type {
        SealType::Electronic => to != Used && from != Retired,
        // Unused, used, damaged; and lost, until it is found as what it was.
        SealType::Mechanical | SealType::AirFreshVent => match (from, to) {
            (InService, Used | Damaged | Lost) | (Used, Damaged | Lost) => true,
            (Damaged, to) => to == Lost,
            _ => false,
        },
    }
}

/// What somebody may choose for a seal of that type, in the order in which it is offered. "Used" is never chosen: a seal
/// becomes that by being put on.
#[must_use]
pub fn choices(seal_type: SealType, from: SealLife) -> Vec<SealLife> {
    use SealLife::{Damaged, InRepair, InService, Lost, Retired};
    let all = [InService, InRepair, Damaged, Lost, Retired];
    all.into_iter().filter(|to| may_become(seal_type, from, *to)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use SealLife::*;

    const ALL: [SealLife; 6] = [InService, Used, InRepair, Damaged, Lost, Retired];

    #[test]
    fn an_electronic_seal_is_never_used_and_a_mechanical_one_never_unused_again() {
        for from in ALL {
            assert!(!may_become(SealType::Electronic, from, Used));
            assert!(!may_become(SealType::Mechanical, from, InService));
            assert!(!may_become(SealType::Mechanical, from, InRepair));
        }
        assert_eq!(as_registered(SealType::Electronic, Used), InService);
        assert_eq!(as_registered(SealType::Mechanical, Used), Used);
    }

    #[test]
    fn what_is_offered() {
        assert_eq!(choices(SealType::Electronic, InService), [InRepair, Damaged, Lost, Retired]);
        assert_eq!(choices(SealType::Electronic, InRepair), [InService, Damaged, Lost, Retired]);
        assert_eq!(choices(SealType::Electronic, Retired), []);
        assert_eq!(choices(SealType::Mechanical, InService), [Damaged, Lost]);
        assert_eq!(choices(SealType::Mechanical, Damaged), [Lost]);
    }
}
