{{ conversion_figures('conversion_rate_36m', 36) }}
