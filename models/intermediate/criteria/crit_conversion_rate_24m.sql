{{ conversion_figures('conversion_rate_24m', 24) }}
