"""Every closed list of choices, once: identifier -> French label first, then the spellings that are accepted."""

from __future__ import annotations

FUNCTIONS = {
    "creation_support": ("Création d'activités", "création", "accompagnement à la création"),
    "promotion_training": ("Promotion et formation", "formation", "promotion, formation et innovation"),
    "enterprise_development": ("Développement d'entreprises", "développement"),
    "csr_promotion": ("Promotion de la RSE", "rse"),
}
PRESENCES = {
    "permanent_resident": ("Résident permanent", "résident", "permanent"),
    "occasional_user": ("Utilisateur occasionnel", "utilisateur ponctuel", "occasionnel", "ponctuel"),
    "candidate": ("Candidat", "intéressé"),
}
CATEGORIES = {
    "external": ("Extérieur", "externe", "client extérieur"),
    "permanent_resident": PRESENCES["permanent_resident"],
    "occasional_user": PRESENCES["occasional_user"],
}
GRANT_STATUSES = {
    "requested": ("Sollicitée", "demandée", "en cours"),
    "notified": ("Notifiée", "accordée"),
    "contracted": ("Conventionnée",),
    "paid": ("Versée", "payée"),
    "closed": ("Soldée", "clôturée"),
    "refused": ("Refusée", "rejetée"),
}
ACTIVITY_SOURCES = {
    "fec": ("FEC", "fichier des écritures comptables"),
    "tax_form": ("Liasse fiscale", "liasse"),
    "certificate": ("Attestation", "attestation comptable"),
    "declared": ("Déclaré", "déclaration"),
}
BOOKING_STATUSES = {
    "confirmed": ("Confirmée", "confirmé", "validée", "accepted"),
    "tentative": ("Provisoire", "option", "à confirmer"),
    "cancelled": ("Annulée", "annulé", "canceled"),
    "no_show": ("Non venu", "absent", "no-show", "non honorée"),
}
CREATION_KINDS = {
    "registration": ("Immatriculation", "immatriculation siren"),
    "association_jo": ("Association (JO)", "publication au jo", "association"),
    "cesa": ("CESA", "contrat d'entrepreneur salarié associé"),
    "takeover": ("Reprise",),
}
ACTIVITY_STATUSES = {
    "active": ("Active", "en activité", "actif"),
    "ceased": ("Cessée", "cessation", "fermée"),
    "merged": ("Fusionnée", "reprise ou fusion"),
    "unknown": ("Inconnue", "inconnu", "ne sait pas"),
}
PROJECT_KINDS = {
    "commercial": ("Relations commerciales", "commercial"),
    "joint_bid": ("Réponse commune à appel d'offres", "groupement ao", "appel d'offres"),
    "joint_purchasing": ("Groupement d'achats", "achats groupés"),
    "training_pathway": ("Parcours de formation ou d'accompagnement", "formation"),
    "research_development": ("Recherche et développement", "r&d"),
    "shared_service": ("Service mutualisé", "mutualisation"),
}
PROJECT_STATUSES = {
    "envisaged": ("Envisagé",),
    "submitted": ("Déposé", "soumis"),
    "won": ("Gagné", "remporté"),
    "lost": ("Perdu",),
    "engaged": ("Engagé",),
    "run": ("Mené", "réalisé", "effectivement mené"),
    "abandoned": ("Abandonné",),
}
CONTRACT_KINDS = {
    "permanent": ("CDI",),
    "fixed_term": ("CDD",),
    "temp_agency": ("Intérim",),
    "insertion_fixed_term": ("CDDI",),
    "apprenticeship": ("Apprentissage", "alternance"),
    "cesa": ("CESA",),
    "casual_fixed_term": ("CDD d'usage", "cddu"),
}
POST_CATEGORIES = {
    "created": ("Créé",),
    "maintained": ("Maintenu",),
    "consolidated": ("Consolidé",),
    "concerned": ("Concerné",),
}
SUPPORT_KINDS = {
    "reception": ("Accueil",),
    "emergence": ("Émergence",),
    "setup": ("Montage",),
    "financing": ("Financement",),
    "cape": ("CAPE",),
    "cesa": ("CESA",),
    "incubation": ("Couveuse",),
    "post_creation": ("Post-création",),
}
