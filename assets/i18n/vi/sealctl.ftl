# Lời của sealctl khi không làm được.
sealctl-scan-no-file = Hãy ghi tên ít nhất một tệp ảnh.
sealctl-scan-option = Không có tùy chọn { $option }.
sealctl-scan-formats = --formats cần tên loại mã, ví dụ code128,qr.
sealctl-scan-symbology = Không có loại mã { $name }; có { $known }.
sealctl-scan-frames = --frames cần một số từ 1 đến 100000.
sealctl-scan-lang = --lang cần vi hoặc en.
sealctl-scan-unreadable = Không mở được tệp: { $why }
sealctl-scan-reader = Bộ đọc mã không xong với ảnh này: { $why }
