{{ survival_figures('survival_rate_5y', 5) }}
