-- One database for each alias: a domain's table has the same name in each.
CREATE DATABASE borealis;
CREATE DATABASE borealis_official;
CREATE DATABASE borealis_community;
CREATE DATABASE borealis_user_created;
CREATE DATABASE borealis_execution;
