"""Sources in an LDAP directory, Active Directory too."""

from screenpop_connectors.ldap.connector import LdapConnector

__all__ = ["LdapConnector"]
