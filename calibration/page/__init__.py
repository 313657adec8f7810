"""The technician's page on the station: live signals, sessions, certificates, health; in English and Chinese, without internet."""
