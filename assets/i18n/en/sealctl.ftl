# What sealctl says when something cannot be done.
sealctl-scan-no-file = Name at least one picture file.
sealctl-scan-option = There is no option { $option }.
sealctl-scan-formats = --formats needs names of symbologies, e.g. code128,qr.
sealctl-scan-symbology = There is no symbology { $name }; there are { $known }.
sealctl-scan-frames = --frames needs a number from 1 to 100000.
sealctl-scan-lang = --lang needs vi or en.
sealctl-scan-unreadable = The file cannot be opened: { $why }
sealctl-scan-reader = The code reader did not come to an end with this picture: { $why }
