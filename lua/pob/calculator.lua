--- The calculator file that an engine opens: see pob/init.lua.
return require("pob")(...)
