"""Live: a presenter on line, who says what it is told; media sessions, WebRTC, the control API."""
