# Topic: errors. Keep ids prefixed with the topic; the other language has the same ids.
start-failed = Ứng dụng chưa mở được
start-failed-text = Dữ liệu đã ghi vẫn còn. Kiểm tra bộ nhớ còn trống rồi mở lại ứng dụng; nếu vẫn vậy, báo người hỗ trợ dòng này: { $why }
