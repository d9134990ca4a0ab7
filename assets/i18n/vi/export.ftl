# Topic: export. Keep ids prefixed with the topic; the other language has the same ids.
export-do = Xuất ra tệp
export-sub = Mã hóa cho cơ quan; máy khác mang hộ cũng không đọc được
export-this = Xuất mục này
export-again = Xuất lại
export-next = Xuất tiếp ảnh còn lại
export-next-sub = Tệp trước đã đầy
export-done = Đã xuất ra tệp
export-open = Mở, lưu hoặc chia sẻ tệp
export-held = { $events } bản ghi, { $photos } ảnh · { $size }
export-spoiled = **{ $n } ảnh không còn đúng trên máy** nên không có trong tệp.
export-stays = Mọi mục vẫn nằm trong hàng chờ tới khi có biên nhận. Nhập cùng một tệp nhiều lần không sinh bản trùng.
export-no-key = Máy chưa có khóa của cơ quan. Đăng nhập một lần ở chỗ có mạng rồi xuất lại.
export-nothing = Không còn mục nào chưa gửi.
export-failed = Không xuất được tệp. Thử lại; nếu vẫn không được, gửi vướng mắc. Chưa mục nào bị mất.
