{{ conversion_figures('conversion_rate_12m', 12) }}
