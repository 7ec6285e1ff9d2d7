"""What is made for computers without a network: the bundles and what installs them."""
