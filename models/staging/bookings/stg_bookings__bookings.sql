{{ active_rows('bookings', 'bookings') }}
