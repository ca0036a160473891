// Vietnamese for the few words of Plotly that our charts show, and for its numbers and dates.
// plotly.js-locales ships Vietnamese days and months only.
"use strict";

Plotly.register({
  moduleType: "locale",
  name: "vi",
  dictionary: {
    "Autoscale": "Tự co giãn",
    "Compare data on hover": "So sánh số liệu",
    "Double-click on legend to isolate one trace": "Bấm đúp vào chú giải để chỉ xem một đường",
    "Double-click to zoom back out": "Bấm đúp để thu nhỏ lại",
    "Download plot": "Tải biểu đồ",
    "Download plot as a PNG": "Tải biểu đồ (PNG)",
    "Image download succeeded": "Đã tải biểu đồ",
    "Pan": "Di chuyển",
    "Preparing image - this may take a few seconds": "Đang tạo ảnh, chờ vài giây",
    "Reset axes": "Về ban đầu",
    "Show closest data on hover": "Xem số liệu gần nhất",
    "Sorry, there was a problem downloading your image!": "Không tải được biểu đồ.",
    "Zoom": "Phóng to vùng chọn",
    "Zoom in": "Phóng to",
    "Zoom out": "Thu nhỏ",
  },
  format: {
    days: ["Chủ Nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"],
    shortDays: ["CN", "T2", "T3", "T4", "T5", "T6", "T7"],
    months: ["Tháng 1", "Tháng 2", "Tháng 3", "Tháng 4", "Tháng 5", "Tháng 6", "Tháng 7", "Tháng 8", "Tháng 9", "Tháng 10", "Tháng 11", "Tháng 12"],
    shortMonths: ["Th1", "Th2", "Th3", "Th4", "Th5", "Th6", "Th7", "Th8", "Th9", "Th10", "Th11", "Th12"],
    date: "%d/%m/%Y",
    decimal: ",",
    thousands: ".",
    grouping: [3],
  },
});
