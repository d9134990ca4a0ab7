# Topic: record. Keep ids prefixed with the topic; the other language has the same ids.
record-alarm = Sổ ghi của trung tâm không còn như trước
record-alarm-seen = { $why } Phát hiện { $time }.
record-alarm-do = Dữ liệu trên máy này không mất; phần trung tâm có thể thiếu đang được gửi lại. Hãy báo cáo: báo cáo giữ cả hai xác nhận có chữ ký làm bằng chứng.
record-alarm-report = Báo cáo
record-why-signature = Xác nhận của trung tâm về sổ ghi không có chữ ký hợp lệ của trung tâm.
record-why-key = Trung tâm ký bằng khóa khác trước.
record-why-forked = Trung tâm đưa ra hai sổ ghi mâu thuẫn nhau mà không thông báo khôi phục.
record-why-rewritten = Sau khi khôi phục, phần sổ ghi cũ của trung tâm khác với phần đã xác nhận.
