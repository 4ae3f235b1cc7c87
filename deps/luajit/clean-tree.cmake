# Removes what an earlier build left in a copied LuaJIT tree.
file(GLOB LEFT ${TREE}/src/*.o ${TREE}/src/*.obj ${TREE}/src/*.a ${TREE}/src/*.lib ${TREE}/src/host/*.o
	${TREE}/src/host/minilua ${TREE}/src/host/buildvm ${TREE}/src/luajit ${TREE}/src/libluajit.so)
if(LEFT)
	file(REMOVE ${LEFT})
endif()
