"""Import what offices already have into a ledger, and export a ledger to the forms that offices use."""
