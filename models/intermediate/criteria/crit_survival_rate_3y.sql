{{ survival_figures('survival_rate_3y', 3) }}
