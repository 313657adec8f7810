"""The pages of cases: words for the workflow, forms for its acts, and what a case's page shows beside the vehicle's parts."""
