-- Run once by PostgreSQL's image, as its superuser: Gatehouse gets a role that owns one database and nothing else.
\getenv password GATEHOUSE_PASSWORD
CREATE ROLE gatehouse LOGIN PASSWORD :'password';
CREATE DATABASE gatehouse OWNER gatehouse;
